import { type Envelope, isSessionTerminal, isTurnTerminal } from '@holdfast/protocol';
import { expect } from 'vitest';
import { decodeEntry } from '../session/envelope.ts';
import { foldHistory } from '../session/recorded-state.ts';
import { settled } from './fake-clock.ts';
import { caller, sessionIdIn, type TestBridge } from './test-bridge.ts';

const nobody = { ...caller, clientId: undefined };
/** Longer than any grace. */
const longMs = 120_000;

/** Closes everything and checks that nothing is held any more and that what was recorded is whole. */
export async function clearAway(world: TestBridge): Promise<void> {
  const { bridge, core, agents, clock, records } = world;
  await settled();
  for (const turn of agents.turns) turn.answer();
  await clock.advance(1_000);
  for (const turn of agents.turns) turn.answer();
  // A branch that waited for a turn's end is made only now: ask again until nothing is open.
  for (;;) {
    const open = [...records.rows.values()].filter(({ row }) => row.lifecycle === 'open');
    if (open.length === 0) break;
    for (const { row } of open) {
      const closing = bridge.closeSession(row.sessionId, nobody).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'session_not_found' });
      });
      await clock.advance(1_000);
      await closing;
    }
  }
  await clock.advance(longMs);
  const { used } = core.slots;
  const holders = agents.processes.map((process) => (process.isOpen ? process.holders : 0));
  const conversations = agents.processes.flatMap(({ conversations: open }) => open);
  const left = { used, holders: holders.reduce((sum, held) => sum + held, 0), conversations };
  expect(left).toEqual({ used: 0, holders: 0, conversations: [] });
  expect(core.resolvers.waiting).toBe(0);
  expect(clock.pending).toBe(0);
  for (const sessionId of [...records.streams.keys()]) await expectSound(world, sessionId);
}

/** What holds for every recorded session, whatever happened to it. */
async function expectSound({ core, events, records }: TestBridge, id: string): Promise<void> {
  const sessionId = sessionIdIn(id);
  const recorded = await events(sessionId);
  expect(recorded.map((event) => event.id)).toEqual(recorded.map((_, place) => place + 1));
  expectTurns(recorded, admittedIn(world(records, id)));
  expectQuestions(recorded);
  expectEnds(recorded);
  const live = core.registry.find(sessionId)?.state;
  if (live !== undefined) expect(await foldHistory(core.journal, sessionId)).toEqual(live);
}

const world = (records: TestBridge['records'], id: string) =>
  records.streams.get(sessionIdIn(id))?.entries ?? [];

const admittedIn = (entries: ReturnType<typeof world>): string[] =>
  entries.flatMap((stored) => {
    const { entry } = decodeEntry(stored);
    return entry.kind === 'fact' && entry.type === 'prompt_admitted' ? [entry.data.promptId] : [];
  });

/** Every accepted prompt ended once. */
function expectTurns(recorded: readonly Envelope[], admitted: readonly string[]): void {
  const ended = recorded.flatMap(({ type, promptId }) => (isTurnTerminal(type) ? [promptId] : []));
  expect(new Set(ended).size).toBe(ended.length);
  for (const promptId of admitted) expect(ended).toContain(promptId);
}

/** Every question was answered once. */
function expectQuestions(recorded: readonly Envelope[]): void {
  const about = (wanted: string) =>
    recorded.flatMap(({ type, data }) => (type === wanted ? [Reflect.get(Object(data), 'requestId')] : []));
  expect(about('permission_resolved').sort()).toEqual(about('permission_request').sort());
}

/** Nothing follows the terminal of a session but its restore. */
function expectEnds(recorded: readonly Envelope[]): void {
  const types = recorded.map(({ type }) => type);
  for (const [place, type] of types.entries()) {
    const next = types[place + 1];
    if (isSessionTerminal(type) && next !== undefined) expect(next).toBe('agent_started');
  }
  expect(types.filter(isSessionTerminal).length).toBeLessThanOrEqual(
    1 + types.filter((type) => type === 'session_restored').length,
  );
}
