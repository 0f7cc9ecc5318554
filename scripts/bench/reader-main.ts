// The process of the readers (see reader-process.ts): commands come over IPC, replies go back.
import type { OpenReaders, ReaderCommand, ReaderReply } from './reader-messages.ts';
import { nowMs } from './statistics.ts';
import { StreamReader } from './stream-reader.ts';

interface Group {
  readonly readers: StreamReader[];
  readonly awaited: number;
  startedAt: number;
  missing: number;
}

const groups = new Map<number, Group>();
const reply = (message: ReaderReply) => void process.send?.(message);

process.on('message', (command: ReaderCommand) => {
  switch (command.kind) {
    case 'open':
      open(command);
      break;
    case 'again': {
      const group = groups.get(command.group);
      if (group === undefined) break;
      group.missing = group.awaited;
      group.startedAt = nowMs();
      for (const reader of group.readers) reader.again();
      reply({ kind: 'armed', group: command.group });
      break;
    }
    case 'close':
      for (const reader of groups.get(command.group)?.readers ?? []) reader.close();
      groups.delete(command.group);
      break;
    default:
      command satisfies never;
  }
});
process.on('disconnect', () => process.exit(0));

function open(request: OpenReaders): void {
  const { count, stalled = 0, sampled = 0 } = request;
  const awaited = count - stalled;
  const group: Group = { readers: [], awaited, startedAt: nowMs(), missing: awaited };
  groups.set(request.group, group);
  let closed = count;
  const onOpen = () => {
    closed -= 1;
    if (closed === 0) reply({ kind: 'opened', group: request.group });
  };
  const onDone = () => {
    group.missing -= 1;
    if (group.missing === 0) finish(request.group, group);
  };
  const onFailed = (message: string) => reply({ kind: 'failed', group: request.group, message });
  const every = sampled === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(awaited / sampled));
  for (let place = 0; place < count; place += 1) {
    const isStalled = place >= awaited;
    const isSampling = !isStalled && place % every === 0 && sampled > 0;
    const isCounting = place === 0;
    group.readers.push(
      new StreamReader({ request, isStalled, isCounting, isSampling, onOpen, onDone, onFailed }),
    );
  }
}

function finish(id: number, { readers, awaited, startedAt }: Group): void {
  const doneAt = nowMs();
  const finished = readers.slice(0, awaited);
  const lastIds = new Set(finished.map(({ lastId }) => lastId));
  const [lastId = 0] = lastIds;
  if (lastIds.size > 1) {
    reply({ kind: 'failed', group: id, message: `readers ended at different ids: ${[...lastIds]}` });
    return;
  }
  const report = {
    startedAt,
    doneAt,
    frames: readers[0]?.frames ?? 0,
    bytes: finished.reduce((sum, { bytes }) => sum + bytes, 0),
    lastId,
    latenciesMs: finished.flatMap(({ latenciesMs }) => latenciesMs),
  };
  reply({ kind: 'done', group: id, report });
}
