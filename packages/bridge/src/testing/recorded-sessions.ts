import { type SessionId, sessionIdFrom } from '@holdfast/protocol';
import type { JournalStore } from '../journal/store.ts';
import type { SessionCommand } from '../session/command.ts';
import { toRow } from '../session/snapshot.ts';
import { live, unborn } from './given.ts';
import { c } from './samples.ts';

export const sessionOf = (nth: number): SessionId =>
  sessionIdFrom(`00000000-0000-4000-8000-${String(nth).padStart(12, '0')}`);

/** A turn that ends, then one that runs, one that waits behind it, and what the agent said. */
export const aLife: readonly SessionCommand[] = [
  c.prompt('p1'),
  c.advance,
  c.says('<<one>>'),
  c.says('<<two>>'),
  c.answered('p1'),
  c.prompt('p2'),
  c.advance,
  c.says('<<three>>'),
  c.prompt('p3'),
];

/** Records whole sessions as the bridge would, numbered from 1; gives the id of each one's last event. */
export async function recordSessions(
  store: JournalStore,
  count: number,
  commands: readonly SessionCommand[] = aLife,
): Promise<number> {
  let lastSeq = 0;
  for (let nth = 1; nth <= count; nth += 1) {
    const sessionId = sessionOf(nth);
    const all = [c.create({ sessionId, displayName: `session ${nth}` }), ...commands];
    const lived = all.reduce((before, command) => live(before, command), unborn);
    if (lived.state === null) throw new Error('the life left no session');
    await store.journal.commit({
      appends: [{ sessionId, expectedSeq: 0, entries: lived.recorded }],
      rows: [toRow(lived.state, lived.lastSeq)],
      isAcknowledged: true,
    });
    lastSeq = lived.lastSeq;
  }
  return lastSeq;
}
