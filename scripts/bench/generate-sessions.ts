// Fills a state directory with sessions as the daemon writes them: half closed, half resting, a turn or two each.
//   node scripts/run.mjs scripts/bench/generate-sessions.ts DIRECTORY COUNT [WORKSPACE]
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentSessionIdOf, promptIdFrom, type SessionId, sessionIdFrom } from '@holdfast/protocol';
import { openSqliteStore } from '../../packages/bridge/src/journal/sqlite/open-sqlite-store.ts';
import type { Commit } from '../../packages/bridge/src/ports/journal.ts';
import { randomIds } from '../../packages/bridge/src/runtime/random-ids.ts';
import { systemClock } from '../../packages/bridge/src/runtime/system-clock.ts';
import { event, fact, type SessionEntry } from '../../packages/bridge/src/session/entry.ts';
import { encodeEntries } from '../../packages/bridge/src/session/envelope.ts';
import { evolve } from '../../packages/bridge/src/session/evolve.ts';
import { toRow } from '../../packages/bridge/src/session/snapshot.ts';
import type { SessionState } from '../../packages/bridge/src/session/state.ts';

/** Sessions handed to the journal in one tick: it makes transactions of them as it likes. */
const sessionsPerTick = 500;

/** Writes `count` sessions of the demo agent into the journal of `stateDir`. */
export async function generateSessions(stateDir: string, count: number, workspace: string): Promise<void> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const path = join(stateDir, 'journal.sqlite');
  const store = await openSqliteStore({ path, sync: 'normal', clock: systemClock, ids: randomIds });
  try {
    for (let written = 0; written < count; written += sessionsPerTick) {
      const size = Math.min(sessionsPerTick, count - written);
      const commits = Array.from({ length: size }, (_, place) =>
        pastSession(written + place, count, workspace),
      );
      await Promise.all(commits.map((commit) => store.journal.commit(commit)));
    }
  } finally {
    await store.close();
  }
}

function pastSession(number: number, count: number, workspace: string): Commit {
  const sessionId = sessionIdFrom(randomUUID());
  // A minute between two sessions: the newest is from now.
  const at = Date.now() - (count - number) * 60_000;
  const entries = entriesOf(sessionId, number, workspace);
  const state = entries.reduce<SessionState | null>((folded, entry) => evolve(folded, entry, at), null);
  const encoded = encodeEntries(entries, 1, at);
  if (state === null) throw new Error('a session without a beginning');
  return {
    appends: [{ sessionId, expectedSeq: 0, entries: encoded.entries }],
    rows: [toRow(state, encoded.lastSeq)],
    isAcknowledged: false,
  };
}

function entriesOf(sessionId: SessionId, number: number, cwd: string): readonly SessionEntry[] {
  const agent = 'demo';
  const agentSessionId = agentSessionIdOf(randomUUID());
  const promptId = promptIdFrom(randomUUID());
  const text = `Question ${number}: what does this function do?`;
  const chunk = (sessionUpdate: string, said: string) =>
    event(
      'session_update',
      { sessionId, update: { sessionUpdate, content: { type: 'text', text: said } } },
      { promptId },
    );
  const content = [{ type: 'text', text }];
  const last: SessionEntry =
    number % 2 === 0
      ? event('session_closed', { sessionId, reason: 'idle_timeout' })
      : fact('stranded', { cause: 'daemon_restart' });
  return [
    fact('session_opened', {
      ...{ sessionId, cwd, workspace: cwd, agent, isDefaultTarget: false },
      ...{
        parentSessionId: null,
        displayName: number % 5 === 0 ? `Session ${number}` : null,
        mcpServers: [],
      },
    }),
    event('session_created', { sessionId, workspaceCwd: cwd, agent, agentSessionId, binding: 1 }),
    fact('agent_bound', {
      agentSessionId,
      binding: 1,
      isSeeded: true,
      modes: null,
      models: null,
      configOptions: null,
    }),
    fact('prompt_admitted', { promptId, content, clientId: null, deadlineAt: null, meta: undefined }),
    fact('prompt_started', { promptId }),
    chunk('user_message_chunk', text),
    chunk('agent_message_chunk', 'It adds two numbers and returns their sum. '),
    chunk('agent_message_chunk', 'Nothing else in the file calls it.'),
    event('turn_complete', { sessionId, promptId, stopReason: 'end_turn' }, { promptId }),
    last,
  ];
}

if (import.meta.main) {
  const [stateDir, count, workspace = process.cwd()] = process.argv.slice(2);
  if (stateDir === undefined || !Number.isInteger(Number(count))) {
    console.error('usage: generate-sessions.ts DIRECTORY COUNT [WORKSPACE]');
    process.exitCode = 2;
  } else await generateSessions(stateDir, Number(count), workspace);
}
