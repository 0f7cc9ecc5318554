import assert from 'node:assert/strict';
import { type AgentSessionPage, agentText, HoldfastError } from '@holdfast/sdk';
import type { Conversation } from './conversation.ts';
import { untilLaterMinute } from './later-minute.ts';
import { watching, withOwnSession } from './own-session.ts';
import type { Check, Passed, Step } from './step.ts';

/** Sessions that only the agent has. */
export const foreignSteps: readonly Step[] = [
  {
    name: 'import of a session only the agent has',
    run: (check) => withOwnSession(check, (made, secret) => importForeign(check, made, secret)),
  },
];

/** Makes the daemon forget a session that the agent keeps, and takes it over: ACP session/list and session/load. */
async function importForeign(check: Check, made: Conversation, secret: string): Promise<Passed> {
  const { client, name, model, daemon, profile } = check;
  await made.expectAnswer('And go on.', { text: 'Going on.' });
  const agentSessionId = made.log.of('session_created')[0]?.data.agentSessionId;
  assert.ok(agentSessionId, 'the agent session has no name');
  await made.session.close({ transcript: 'purge' });
  const title = await titleInList(check, agentSessionId);
  // Who lists nothing may load what is named, in that directory.
  const place = title === undefined ? { cwd: daemon.workspace } : {};
  if (title === undefined && profile.loadsOnlyInLaterMinute) await untilLaterMinute();
  const startedAt = performance.now();
  const session = await client.importAgentSession(name, agentSessionId, place);
  const ms = Math.round(performance.now() - startedAt);
  return watching({ session, model }, async (imported) => {
    const { events } = await session.transcript();
    assert.equal(events.map(agentText).join(''), 'I will.Going on.', 'its past says something else');
    assert.ok(JSON.stringify(events).includes(secret), 'its past lacks what the user said');
    const turns = events.filter(({ type }) => type === 'turn_complete').length;
    assert.equal(turns, 2, `its past has ${turns} turns`);
    const asked = await imported.expectAnswer('What did I tell you?', { text: 'A password.' });
    assert.ok(imported.sent(asked).body.includes(secret), 'the model was not sent the earlier words');
    const how = title === undefined ? 'by its id, as the agent lists none' : `listed as “${title}”`;
    return { ms, context: 'native', note: `2 turns of the past, ${how}` };
  });
}

/** What the agent calls it; undefined where it offers no list. */
async function titleInList({ client, name }: Check, agentSessionId: string): Promise<string | undefined> {
  let listed: AgentSessionPage;
  try {
    listed = await client.listAgentSessions(name);
  } catch (error) {
    assert.ok(error instanceof HoldfastError && error.code === 'capability_missing', String(error));
    return undefined;
  }
  const found = listed.sessions.find((candidate) => candidate.agentSessionId === agentSessionId);
  assert.ok(found, `it lists ${JSON.stringify(listed.sessions)}, and not ${agentSessionId}`);
  assert.equal(found.sessionId, undefined, 'the daemon still holds it');
  return found.title ?? '';
}
