import assert from 'node:assert/strict';
import { canListProcesses, untilNoneIsLeft } from './agent-processes.ts';
import { Conversation } from './conversation.ts';
import { untilLaterMinute } from './later-minute.ts';
import { newWord, watching } from './own-session.ts';
import { byLoad } from './profiles.ts';
import { expectRemembered } from './remembered.ts';
import type { Check, Passed, Step } from './step.ts';

/** How a session comes back, and how one becomes two. */
export const restoreSteps: readonly Step[] = [
  { name: 'close, then resume', run: (check) => closeAndRestore(check, 'resume') },
  { name: 'close, then load', run: (check) => closeAndRestore(check, 'load') },
  {
    name: 'close, then load in a later minute',
    isFor: ({ profile }) => profile.loadsOnlyInLaterMinute,
    run: laterLoad,
  },
  {
    name: 'close, then load, with session/resume hidden',
    isFor: ({ profile }) => profile.offersResume,
    run: restoreByLoad,
  },
  { name: 'branch at the head', run: branch },
];

async function closeAndRestore(check: Check, action: 'load' | 'resume'): Promise<Passed> {
  const { session, log } = check.conversation;
  const before = log.events;
  await session.close();
  await log.next('session_closed');
  assert.equal(await log.ended, undefined);
  const goneMs = await untilNoneIsLeft(check.daemon.home);
  const startedAt = performance.now();
  const restored = await session[action]();
  const ms = Math.round(performance.now() - startedAt);
  assert.ok(['native', 'reseeded'].includes(restored.context), `context is ${restored.context}`);
  check.conversation = new Conversation(session, check.model);
  const { context, note } = await expectRemembered(check, { after: before.at(-1)?.id ?? 0, action });
  assert.equal(context, restored.context);
  const recorded = before.filter(({ id, type }) => id !== undefined && type !== 'session_closed');
  const replayed = check.conversation.log.events.filter(({ id }) => id !== undefined);
  const different = recorded.find((event, at) => JSON.stringify(event) !== JSON.stringify(replayed[at]));
  assert.equal(different?.id, undefined, 'this event is replayed otherwise than it was seen');
  const gone = canListProcesses ? `agent gone ${goneMs} ms after the close; ` : '';
  return { ms, context, note: `${gone}${note}` };
}

async function laterLoad(check: Check): Promise<Passed> {
  await untilLaterMinute();
  return closeAndRestore(check, 'load');
}

/** The agent as one that offers no session/resume: session/load replays its past, which is not recorded once more. */
async function restoreByLoad(check: Check): Promise<Passed> {
  const { client, name, daemon, model } = check;
  const agent = byLoad(name);
  const session = await client.createSession({ agent, cwd: daemon.workspace, sessionScope: 'thread' });
  const secret = newWord('crimson');
  await watching({ session, model }, async (conversation) => {
    await conversation.expectAnswer(`Remember the password ${secret}.`, { text: 'I will.' });
    await conversation.expectAnswer('And go on.', { length: 2_000, chunk: 50 });
  });
  const startedAt = performance.now();
  const restored = await session.load();
  const ms = Math.round(performance.now() - startedAt);
  assert.equal(restored.context, 'native', 'the agent does not load its own session');
  return watching({ session, model }, async (conversation) => {
    const own = { ...check, conversation, secret };
    const { context, note } = await expectRemembered(own, { after: 0, action: 'load' });
    return { ms, context, note: `by session/load; ${note}` };
  });
}

async function branch(check: Check): Promise<Passed> {
  const source = check.conversation;
  const startedAt = performance.now();
  const session = await source.session.branch({ name: 'the other way' });
  const ms = Math.round(performance.now() - startedAt);
  const twig = { ...check, conversation: new Conversation(session, check.model) };
  const { context, note } = await expectRemembered(twig, { after: 0, action: 'branch' });
  const inBranch = await twig.conversation.expectAnswer('Only in the branch.', { text: 'Branch only.' });
  const inSource = await source.expectAnswer('Only in the source.', { text: 'Source only.' });
  assert.ok(!source.sent(inSource).body.includes(inBranch.mark), 'the branch shares the agent session');
  await session.close();
  await twig.conversation.log.next('session_closed');
  return { ms, context, note };
}
