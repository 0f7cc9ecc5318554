import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Envelope, isTurnTerminal, parseSessionId, type SessionId } from '@holdfast/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { findProcess } from './runtime/process-table.ts';
import { demoBridge, type Home, makeHome, readerOf, send, spoken } from './testing/demo-bridge.ts';

const program = fileURLToPath(new URL('./testing/bridge-child.ts', import.meta.url));
const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];

interface Seen {
  readonly sessionId: SessionId;
  readonly events: Envelope[];
}

/** Runs a host until `holds` of an event it printed, then kills it without a word. */
async function runUntilKilled(
  home: Home,
  scripts: readonly string[],
  holds: (event: Envelope) => boolean,
): Promise<Seen> {
  const child = spawn(process.execPath, [...flags, program, home.workspace, ...scripts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const events: Envelope[] = [];
  let sessionId: SessionId | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    if (sessionId === undefined) {
      sessionId = parseSessionId(said.sessionId);
      continue;
    }
    events.push(said);
    if (holds(said)) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  if (sessionId === undefined) throw new Error('the host made no session');
  return { sessionId, events };
}

function runs(pid: number): boolean {
  const found = findProcess(pid);
  return found !== undefined && !found.isZombie;
}

/** Pids of the processes the demo agent said it started. */
const startedBy = (events: readonly Envelope[]): number[] =>
  events
    .map(spoken)
    .filter((text) => text.includes('"pids"'))
    .flatMap((text) => JSON.parse(text).pids);

it('a host killed in mid-stream loses nothing it showed, ends the turn once, and leaves no process', async () => {
  const home = makeHome();
  const scripts = [
    '/grandchildren count=1 session=new\n/stream count=100000 every-ms=1',
    '/say the next one',
  ];
  const { sessionId, events: seen } = await runUntilKilled(home, scripts, (event) =>
    spoken(event).startsWith('40 '),
  );
  const orphans = [...home.agentPids(), ...startedBy(seen)];
  expect(orphans).toHaveLength(2);

  const bridge = await demoBridge(home);
  const reading = await readerOf(bridge, sessionId);
  await reading.until(({ type, promptId }) => type === 'turn_complete' && promptId !== undefined);
  expect(reading.events.slice(0, seen.length)).toEqual(seen);
  const ids = reading.events.map(({ id }) => id ?? 0);
  expect(ids).toEqual([...ids].sort((one, other) => one - other));
  expect(new Set(ids).size).toBe(ids.length);
  const terminals = reading.events
    .filter(({ type }) => isTurnTerminal(type))
    .map(({ type, data }) => ({ type, data }));
  expect(terminals).toMatchObject([
    { type: 'turn_error', data: { code: 'interrupted' } },
    { type: 'turn_complete', data: { stopReason: 'end_turn' } },
  ]);
  expect(orphans.filter(runs)).toEqual([]);
  expect(home.executions()).toEqual(scripts);

  const promptId = await send(bridge, sessionId, '/say still here');
  await reading.untilType('turn_complete', promptId);
  expect(reading.events.map(spoken)).toContain('still here');
  const continued = reading.events.filter(({ type }) => type === 'session_restored');
  expect(continued.map(({ data }) => data)).toMatchObject([{ action: 'continue', context: 'native' }]);
  await bridge.close();
  expect(home.agentPids().filter(runs)).toEqual([]);
});

it.each([1, 2, 7])(
  'a host killed right after event %i shows the same history again, each prompt ended once',
  async (last) => {
    const home = makeHome();
    const scripts = ['/burst count=20', '/say second'];
    const { sessionId, events: seen } = await runUntilKilled(home, scripts, ({ id }) => id === last);
    const bridge = await demoBridge(home);
    const reading = await readerOf(bridge, sessionId);
    const promptId = await send(bridge, sessionId, '/say third');
    await reading.untilType('turn_complete', promptId);
    expect(reading.events.slice(0, seen.length)).toEqual(seen);
    const ended = reading.events.flatMap((event) => (isTurnTerminal(event.type) ? [event.promptId] : []));
    expect(new Set(ended).size).toBe(ended.length);
    const executed = home.executions();
    expect(new Set(executed).size).toBe(executed.length);
  },
);
