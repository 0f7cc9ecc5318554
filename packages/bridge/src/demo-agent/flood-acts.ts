import { setImmediate as nextLoop } from 'node:timers/promises';
import type { DirectiveArgs } from './directive-table.ts';
import type { Turn } from './turn.ts';

/** How many lines are written before the agent looks at its stdin, so that a cancel is heard. */
const LINES_PER_TICK = 2000;

/** Directives that are about amount and pace. Their text is not kept in the session's file, only a note of it. */
export const floodActs = {
  burst: async (turn: Turn, { count, bytes }: DirectiveArgs['burst']) => {
    const { writer } = turn.host;
    const [head, tail] = chunkLine(turn.session.id);
    const filler = '.'.repeat(bytes);
    let sent = 0;
    while (sent < count && !turn.stopping.aborted) {
      sent += 1;
      const number = `${sent} `;
      writer.raw(head + number + filler.slice(number.length) + tail);
      if (writer.isCongested) await writer.drained();
      else if (sent % LINES_PER_TICK === 0) await nextLoop();
    }
    turn.keepText(`[a burst of ${sent} updates]`);
  },
  stream: async (turn: Turn, { count, bytes, 'every-ms': everyMs }: DirectiveArgs['stream']) => {
    const { writer } = turn.host;
    const [head, tail] = chunkLine(turn.session.id);
    const filler = '.'.repeat(bytes);
    const startedAt = performance.now();
    let sent = 0;
    while (sent < count && !turn.stopping.aborted) {
      const now = performance.now();
      const due = everyMs === 0 ? count : Math.min(count, Math.floor((now - startedAt) / everyMs) + 1);
      for (; sent < due; sent += 1) {
        const stamp = `${sent + 1} ${(performance.timeOrigin + performance.now()).toFixed(3)} `;
        writer.raw(head + stamp + filler.slice(stamp.length) + tail);
      }
      if (writer.isCongested) await writer.drained();
      if (sent < count) await turn.pause(startedAt + sent * everyMs - performance.now());
    }
    turn.keepText(`[a stream of ${sent} updates]`);
  },
  'huge-line': async (turn: Turn, { bytes }: DirectiveArgs['huge-line']) => {
    const { writer } = turn.host;
    const [head, tail] = chunkLine(turn.session.id);
    const missing = Math.max(0, bytes - head.length - tail.length);
    writer.raw(head + 'x'.repeat(missing) + tail);
    turn.keepText(`[a line of ${bytes} bytes]`);
    await writer.drained();
  },
  sleep: (turn: Turn, { ms }: DirectiveArgs['sleep']) => turn.pause(ms),
  'late-updates': (turn: Turn, { count, 'after-ms': afterMs }: DirectiveArgs['late-updates']) => {
    const sendAll = () => {
      for (let number = 1; number <= count; number += 1) {
        turn.send({
          sessionUpdate: 'agent_message_chunk',
          content: { type: 'text', text: `late ${number}` },
        });
      }
    };
    turn.afterwards.push(afterMs === 0 ? sendAll : () => setTimeout(sendAll, afterMs));
  },
};

/** The line of a text chunk, before and behind its text; the text must need no escapes. */
function chunkLine(sessionId: string): readonly [head: string, tail: string] {
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: '' } };
  const line = JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId, update } });
  const end = '"}}}}';
  return [line.slice(0, -end.length), `${end}\n`];
}
