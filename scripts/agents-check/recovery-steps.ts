import assert from 'node:assert/strict';
import { isEvent } from '@holdfast/sdk';
import { agentProcesses, untilNoneIsLeft } from './agent-processes.ts';
import { untilLaterMinute } from './later-minute.ts';
import { expectRemembered } from './remembered.ts';
import type { Check, Passed, Step } from './step.ts';
import { longAnswer } from './turn-steps.ts';

/** How a session survives its agent and its daemon. */
export const recoverySteps: readonly Step[] = [
  { name: 'agent killed in mid-stream', run: agentKilled },
  { name: 'daemon stopped and started', run: daemonStopped },
  {
    name: 'the same in a later minute',
    isFor: ({ profile }) => profile.loadsOnlyInLaterMinute,
    run: daemonStoppedLater,
  },
  { name: 'daemon killed in mid-stream', run: daemonKilled },
  { name: 'close', run: close },
];

async function agentKilled(check: Check): Promise<Passed> {
  const { conversation } = check;
  const asked = await conversation.ask('Tell me a long story.', longAnswer);
  await conversation.untilSaid(asked, 100);
  process.kill(-conversation.agentPid, 'SIGKILL');
  const end = await conversation.end(asked);
  assert.equal(isEvent(end, 'turn_error') ? end.data.code : 'turn_complete', 'agent_exited');
  await conversation.log.next('agent_exited', asked.lastEventId);
  await untilNoneIsLeft(check.daemon.home);
  return continued(check, asked.lastEventId);
}

async function daemonStopped(check: Check): Promise<Passed> {
  const after = check.conversation.log.lastEventId;
  await check.daemon.stop('SIGTERM');
  assert.deepEqual(agentProcesses(check.daemon.home), [], 'agent processes survive the daemon');
  await check.daemon.start();
  return continued(check, after);
}

/** The prompt comes at once after the load here, and so may meet what the agent still replays. */
async function daemonStoppedLater(check: Check): Promise<Passed> {
  await untilLaterMinute();
  return daemonStopped(check);
}

async function daemonKilled(check: Check): Promise<Passed> {
  const { conversation } = check;
  const asked = await conversation.ask('Tell me a long story.', longAnswer);
  await conversation.untilSaid(asked, 100);
  await check.daemon.stop('SIGKILL');
  await check.daemon.start();
  const end = await conversation.end(asked);
  assert.equal(isEvent(end, 'turn_error') ? end.data.code : 'turn_complete', 'interrupted');
  await untilNoneIsLeft(check.daemon.home);
  const passed = await continued(check, asked.lastEventId);
  const ids = conversation.log.events.flatMap(({ id }) => (id === undefined ? [] : [id]));
  assert.deepEqual(
    ids,
    [...new Set(ids)].sort((one, other) => one - other),
    'ids repeat or fall',
  );
  const terminals = conversation.log
    .of('turn_error')
    .filter(({ data }) => data.promptId === asked.promptId).length;
  assert.equal(terminals, 1);
  return passed;
}

/** The next prompt works, without anything else being asked for. */
async function continued(check: Check, after: number): Promise<Passed> {
  const startedAt = performance.now();
  const { context, note } = await expectRemembered(check, { after, action: 'continue' });
  return { context, note, ms: Math.round(performance.now() - startedAt) };
}

async function close(check: Check): Promise<Passed> {
  const { session, log } = check.conversation;
  await session.close();
  const { data } = await log.next('session_closed', log.lastEventId - 1);
  assert.equal(data.reason, 'client_close');
  assert.equal(await log.ended, undefined);
  const ms = await untilNoneIsLeft(check.daemon.home);
  return { ms, note: 'time until no process of the agent is left' };
}
