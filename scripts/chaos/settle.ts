import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { envelopeOf } from '../../packages/server/src/e2e/testing/sse-frames.ts';
import { until } from '../../packages/server/src/e2e/testing/until.ts';
import { type SeenEvent, seenEvent } from './evidence.ts';
import { RefusalCode, type Scene } from './scene.ts';
import type { Stage } from './stage.ts';

const restMs = 60_000;
const catchUpMs = 20_000;

/** Waits until every session is at rest and every reader has read all; then looks at what is left. */
export async function settle(stage: Stage, scene: Scene): Promise<void> {
  const { evidence } = scene;
  const client = scene.client();
  const sessionIds = (await everySession(scene)).filter((id) => !evidence.restless.includes(id));
  await Promise.all(
    sessionIds.map(async (sessionId) => {
      const describe = () => scene.insist('describe', () => client.describeSession(sessionId));
      let last: unknown;
      const isAtRest = async () => {
        const now = await describe();
        if (now instanceof RefusalCode) return true;
        const { hasActivePrompt, pendingPrompts, state, activePromptId, pendingPermissions } = now;
        last = { state, activePromptId, waiting: pendingPrompts.length, asked: pendingPermissions.length };
        return !hasActivePrompt && pendingPrompts.length === 0;
      };
      await until(isAtRest, restMs).catch(() =>
        evidence.restless.push(`${sessionId}: ${JSON.stringify(last)}`),
      );
    }),
  );
  for (const sessionId of sessionIds) evidence.journals.set(sessionId, await journalOf(stage, sessionId));
  await caughtUp(scene);
  scene.over.abort();
}

async function everySession(scene: Scene): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { sessions } of scene.client().sessionPages({ limit: 200 }))
    found.push(...sessions.map(({ sessionId }) => sessionId));
  return found;
}

/** All a reader gets that begins at 0 now. */
async function journalOf(stage: Stage, sessionId: string): Promise<readonly SeenEvent[]> {
  const frames = await stage.lab.replay(stage.daemon, sessionId);
  return frames.map((frame) => seenEvent(envelopeOf(frame)));
}

/** Readers that do not arrive are found by the check that compares what they have with the journal. */
async function caughtUp({ evidence }: Scene): Promise<void> {
  const isComplete = () =>
    evidence.readers.every(({ sessionId, events }) => {
      const tail = evidence.journals.get(sessionId)?.at(-1)?.id ?? 0;
      return (events.at(-1)?.id ?? 0) >= tail;
    });
  await until(isComplete, catchUpMs).catch(() => {});
}

/** Stops the last daemon and looks at what stays on the machine and on the disk. */
export async function inspectRemains(stage: Stage, scene: Scene): Promise<void> {
  const { evidence } = scene;
  const { code, signal } = await stage.lab.stop(stage.daemon);
  if (code !== 0) evidence.incidents.push(`the last daemon ended with ${code ?? signal}`);
  evidence.survivors = stage.agents();
  evidence.executions = stage.lab.prompts();
  const database = new DatabaseSync(join(stage.lab.sandbox.stateDir, 'journal.sqlite'));
  const rows = database.prepare('PRAGMA integrity_check').all();
  evidence.integrity = rows.map((row) => String(row['integrity_check'])).join('; ');
  // A live session's new name is an event, a closed one's a fact.
  const renamed = database.prepare(
    `SELECT json -> '$.data.displayName' AS name FROM events WHERE type = 'session_metadata_updated'
       UNION SELECT json -> '$.data.displayName' FROM facts WHERE type = 'renamed'`,
  );
  evidence.recordedNames = new Set(renamed.all().map(({ name }) => JSON.parse(String(name))));
  database.close();
  const faults = stage.log
    .split('\n')
    .filter((line) => /a fault nobody caught|"level":"?(50|60|error|fatal)/.test(line));
  evidence.incidents.push(...faults.slice(0, 20));
}
