import type { Bench } from '../bench.ts';
import { RawConnection, requestBytes } from '../raw-http.ts';
import { bestOf, nowMs } from '../statistics.ts';
import { promptBody, type Target } from '../target.ts';
import { TurnWatcher } from '../turn-watcher.ts';

const connections = 32;
const promptsPerSession = 5;

interface Rate {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

/** Prompts accepted per second over 200 sessions, at most 5 pending each, with an agent that answers at once. */
export async function postsPerSecond(bench: Bench, target: Target): Promise<Rate> {
  const { isSmoke, repeat } = bench.options;
  const sessionIds: string[] = [];
  for (let count = isSmoke ? 8 : 200; count > 0; count -= 1) sessionIds.push(await target.createSession());
  const watchers = await Promise.all(sessionIds.map((id) => TurnWatcher.open(target.port, id)));
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => RawConnection.open(target.port)),
  );
  const requests = sessionIds.map((id) => requestBytes('POST', `/session/${id}/prompt`, promptBody('/stop')));
  // A round is a twentieth of a second: the best of many, or the first ones would measure the compiler.
  const rounds = isSmoke ? 2 : repeat * 10;
  const best = await bestOf(
    rounds,
    () => round(target, { watchers, sockets, requests }),
    ({ perSecond }) => -perSecond,
  );
  for (const watcher of watchers) watcher.close();
  for (const socket of sockets) socket.close();
  return best;
}

async function round(
  target: Target,
  parts: {
    readonly watchers: readonly TurnWatcher[];
    readonly sockets: readonly RawConnection[];
    readonly requests: readonly Buffer[];
  },
): Promise<Rate> {
  const { watchers, sockets, requests } = parts;
  const total = requests.length * promptsPerSession;
  const ended = watchers.map((watcher) => watcher.turnsEnded(promptsPerSession));
  const cpuBefore = target.cpuSeconds();
  const startedAt = nowMs();
  let sent = 0;
  await Promise.all(
    sockets.map(async (socket) => {
      while (sent < total) {
        const request = requests[sent % requests.length];
        sent += 1;
        if (request === undefined) return;
        const { status, body } = await socket.send(request);
        if (status !== 202) throw new Error(`a prompt was answered ${status}: ${body}`);
      }
    }),
  );
  const seconds = (nowMs() - startedAt) / 1_000;
  await Promise.all(ended);
  const cpu = target.cpuSeconds() - cpuBefore;
  return { perSecond: total / seconds, cpuMicroseconds: (cpu / total) * 1_000_000 };
}
