import type { HoldfastClient, Session } from '@holdfast/sdk';
import { HoldfastError, isEvent } from '@holdfast/sdk';
import type { SeededRandom } from '../chaos/seeded-random.ts';

const scripts = [
  '/say hello',
  '/burst count=200 bytes=100',
  '/stream count=30 bytes=32 every-ms=2',
  '/thought hmm\n/plan steps=2\n/tool title="Look" ms=5\n/diff bytes=2000\n/usage used=10',
  '/permission count=1\n/say asked',
  '/grandchildren count=1 session=new\n/say born',
  '/noise no json here\n/unknown-update\n/say still fine',
] as const;

const endings: readonly ((session: Session, client: HoldfastClient) => Promise<unknown>)[] = [
  (session) => session.close(),
  (session) => session.detach(),
  (session) => session.close({ transcript: 'archive' }),
  (session) => session.close({ transcript: 'purge' }),
  (session, client) => client.deleteSessions([session.sessionId]),
  // Left to the reaper.
  async () => {},
];

/**
 * One session from its creation to its end: a few turns, a reader that stays and one that comes and goes, now and then a
 * branch, a reset or a load. Gives how many sessions that made.
 */
export async function live(client: HoldfastClient, random: SeededRandom, agent: string): Promise<number> {
  const session = await client.createSession({ agent, sessionScope: 'thread' });
  const leaving = new AbortController();
  const readers = [read(session, leaving.signal), comeAndGo(session, random, leaving.signal)];
  const reading = Promise.all(readers.map((reader) => reader.catch(unlessGone)));
  let lives = 1;
  for (let turns = random.between(1, 3); turns > 0; turns -= 1) {
    await turn(session, random.pick(scripts) ?? '/say hello');
  }
  if (random.between(1, 5) === 1) {
    const branch = await session.branch();
    await turn(branch, '/say on another way');
    await branch.close();
    lives += 1;
  }
  if (random.between(1, 5) === 1) {
    await session.reset();
    await turn(session, '/say with nothing behind');
  }
  if (random.between(1, 5) === 1) {
    await session.close();
    await session.load();
    await turn(session, '/say back again');
  }
  await random.pick(endings)?.(session, client);
  leaving.abort();
  await reading;
  return lives;
}

/** A reader that comes back to a session that was closed or purged finds nothing. */
function unlessGone(error: unknown): void {
  if (!(error instanceof HoldfastError) || error.code !== 'session_not_found') throw error;
}

async function turn(session: Session, script: string): Promise<void> {
  for await (const event of session.run(script)) {
    if (!isEvent(event, 'permission_request')) continue;
    const { requestId, options } = event.data;
    await session.vote(requestId, { outcome: 'selected', optionId: options[0]?.optionId ?? '' });
  }
}

/** Reads from the first event on until it leaves. */
async function read(session: Session, signal: AbortSignal): Promise<void> {
  const stream = session.events({ after: 0, signal });
  for await (const _ of stream);
}

/** Reads some events, hangs up, and comes back where it was. */
async function comeAndGo(session: Session, random: SeededRandom, signal: AbortSignal): Promise<void> {
  for (let after = 0; !signal.aborted; ) {
    const hangingUp = new AbortController();
    let left = random.between(1, 60);
    for await (const { id } of session.events({
      after,
      signal: AbortSignal.any([signal, hangingUp.signal]),
    })) {
      after = id ?? after;
      left -= 1;
      if (left === 0) hangingUp.abort();
    }
    if (left > 0) return;
  }
}
