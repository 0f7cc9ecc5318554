import { join } from 'node:path';
import { isEvent } from '@holdfast/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DaemonLab } from './testing/daemon-lab.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

test('a session that only the agent remembers is listed and taken over, its past included', async () => {
  const first = await lab.serve();
  const session = await lab.session(first);
  await session.promptAndWait('remember the word heron');
  const { agentSessionId } = await agentSessionOf(session);
  // Another daemon with a state of its own, and the same agent.
  const second = await lab.serve(['--state-dir', join(lab.sandbox.folder, 'other')]);
  const client = lab.client(second);
  const { sessions } = await client.listAgentSessions('demo');
  expect(sessions).toMatchObject([{ agentSessionId }]);
  expect(sessions[0]?.sessionId).toBeUndefined();

  const imported = await client.importAgentSession('demo', agentSessionId, { displayName: 'Heron' });
  expect(imported.created).toMatchObject({ context: 'native', turns: 1, importedFrom: { agentSessionId } });
  const { events } = await imported.transcript();
  const texts = events.flatMap((event) =>
    isEvent(event, 'session_update') && event.promptId !== undefined ? [event.data.update] : [],
  );
  expect(texts[0]).toMatchObject({
    sessionUpdate: 'user_message_chunk',
    content: { text: 'remember the word heron' },
  });
  expect(await imported.promptAndWait('and now?')).toMatchObject({ stopReason: 'end_turn' });
  await expect(client.importAgentSession('demo', agentSessionId)).rejects.toMatchObject({
    status: 409,
    code: 'session_exists',
  });
});

async function agentSessionOf(session: Awaited<ReturnType<DaemonLab['session']>>) {
  const { events } = await session.transcript();
  const [created] = events;
  if (created === undefined || !isEvent(created, 'session_created')) throw new Error('no first event');
  const { agentSessionId } = created.data;
  if (agentSessionId === undefined) throw new Error('no agent session');
  return { agentSessionId };
}
