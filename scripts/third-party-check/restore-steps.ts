// Bringing sessions back: load, resume, branch, and the daemon's own death.
import { DaemonSessionClient } from '@qwen-code/sdk/daemon';
import { member } from '../agents-check/json-reader.ts';
import {
  type Bench,
  check,
  clientOf,
  createSession,
  refusal,
  type Step,
  same,
  textPrompt,
  withSession,
} from './bench.ts';
import { askedIn, Watch } from './watch.ts';

export const restoreSteps: readonly Step[] = [
  {
    name: 'load a closed session: history once, memory kept, prompts again',
    async run(bench) {
      const told = await closedAfterTelling(bench, 'kingfisher');
      const loaded = await DaemonSessionClient.load(clientOf(bench), told.sessionId, {
        workspaceCwd: told.workspaceCwd,
      });
      same([loaded.sessionId, loaded.attached, loaded.lastEventId], [told.sessionId, true, 0], 'the answer');
      check(loaded.clientId !== undefined && loaded.eventEpoch === told.eventEpoch, 'an incomplete answer');
      check(
        loaded.state.modes !== undefined || loaded.state.configOptions !== undefined,
        'the answer has no state',
      );
      const watch = new Watch(loaded);
      await watch.type('replay_complete');
      same(askedIn(watch.events).length, 1, 'messages of the user in the replay');
      check(!watch.events.some(({ type }) => type === 'session_closed'), 'the replay shows a superseded end');
      const context = await recall(bench, loaded, watch, 'kingfisher');
      await finish(bench, loaded, watch);
      return context;
    },
  },
  {
    name: 'resume a closed session: goes on at its tail, memory kept',
    async run(bench) {
      const told = await closedAfterTelling(bench, 'goldcrest');
      const resumed = await DaemonSessionClient.resume(clientOf(bench), told.sessionId);
      check((resumed.lastEventId ?? 0) >= (told.lastEventId ?? 0), 'the cursor lies before the tail');
      const watch = new Watch(resumed);
      const context = await recall(bench, resumed, watch, 'goldcrest');
      same(askedIn(watch.events).length, 1, 'messages of the user seen');
      await finish(bench, resumed, watch);
      return context;
    },
  },
  {
    name: 'load and resume of a live session attach to it',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        await session.prompt(textPrompt(bench.script.answer('live').prompt));
        const client = clientOf(bench);
        const loaded = await client.loadSession(session.sessionId);
        const resumed = await client.resumeSession(session.sessionId);
        same(
          [member(loaded, 'context'), member(resumed, 'context')],
          ['unchanged', 'unchanged'],
          'the contexts',
        );
        same([loaded.lastEventId, resumed.lastEventId], [0, watch.events.at(-1)?.id], 'the cursors');
        same((await session.status()).clientCount, 3, 'clientCount');
        return undefined;
      }),
  },
  {
    name: 'concurrent loads are one restore and see one state',
    async run(bench) {
      const told = await closedAfterTelling(bench, 'dipper');
      const client = clientOf(bench);
      const answers = await Promise.all(Array.from({ length: 3 }, () => client.loadSession(told.sessionId)));
      same(new Set(answers.map(({ state }) => JSON.stringify(state))).size, 1, 'different states');
      same(new Set(answers.map(({ clientId }) => clientId)).size, 3, 'client ids');
      same((await client.sessionStatus(told.sessionId)).clientCount, 3, 'clientCount');
      await client.closeSession(told.sessionId);
      return undefined;
    },
  },
  {
    name: 'load of an unknown session, and in another workspace',
    run: (bench) =>
      withSession(bench, async (session) => {
        const client = clientOf(bench);
        const unknown = await refusal(client.loadSession('00000000-0000-4000-8000-000000000000'));
        same([unknown.status, unknown.code], [404, 'session_not_found'], 'an unknown session');
        const elsewhere = await refusal(client.loadSession(session.sessionId, { workspaceCwd: '/' }));
        same([elsewhere.status, elsewhere.code], [400, 'workspace_mismatch'], 'another workspace');
        return undefined;
      }),
  },
  {
    name: 'branch, and a prompt in the branch',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const task = bench.script.answer('the word is wheatear');
        await session.prompt(textPrompt(task.prompt));
        await session.updateMetadata({ displayName: 'Birds' });
        const client = clientOf(bench);
        const branch = await client.branchSession(session.sessionId, { name: 'Birds' }, session.clientId);
        same([branch.displayName, branch.attached], ['Birds (Branch)', false], 'the answer');
        check(
          branch.sessionId !== session.sessionId && branch.clientId !== undefined,
          'an incomplete answer',
        );
        const event = await watch.type('session_branched');
        same(
          [member(event.data, 'sourceSessionId'), member(event.data, 'newSessionId')],
          [session.sessionId, branch.sessionId],
          'the event',
        );
        const branched = new DaemonSessionClient({
          client,
          session: branch,
          state: branch.state,
          lastEventId: branch.lastEventId,
          eventEpoch: branch.eventEpoch,
        });
        const inBranch = new Watch(branched);
        const seen = watch.events.length;
        await recall(bench, branched, inBranch, 'wheatear');
        same(
          watch.events.slice(seen).filter(({ type }) => type.startsWith('turn_')),
          [],
          'turns of the branch in the source',
        );
        const second = await client.branchSession(session.sessionId, { name: 'Birds' });
        same(second.displayName, 'Birds (Branch 2)', 'the second title');
        await client.closeSession(second.sessionId);
        await finish(bench, branched, inBranch);
        return String(member(branch, 'context'));
      }),
  },
  {
    name: 'a branch loads with the history it was made of',
    run: (bench) =>
      withSession(bench, async (session) => {
        await session.prompt(textPrompt(bench.script.answer('the word is ouzel').prompt));
        const client = clientOf(bench);
        const branch = await client.branchSession(session.sessionId);
        await client.closeSession(branch.sessionId);
        const loaded = await DaemonSessionClient.load(client, branch.sessionId);
        const watch = new Watch(loaded);
        await watch.type('replay_complete');
        bench.script.answer('the word is ouzel').confirm(watch.said());
        const strangers = watch.events.filter(({ data }) => member(data, 'sessionId') === session.sessionId);
        same(strangers, [], 'events in the name of the source');
        await finish(bench, loaded, watch);
        return undefined;
      }),
  },
  {
    name: 'the daemon dies in mid-turn: one terminal, no gap, prompts go on',
    async run(bench) {
      const session = await createSession(bench);
      const watch = new Watch(session);
      const told = bench.script.answer('the word is redstart');
      await session.prompt(textPrompt(told.prompt));
      const lost = session.prompt(textPrompt(bench.script.long().prompt)).catch(() => 'lost');
      await watch.until('text', () => watch.said().length > 40);
      const [, outcome] = await Promise.all([bench.daemon.stop('SIGKILL'), lost, watch.ended]);
      await bench.daemon.start();
      same(outcome, 'lost', 'the prompt under way');
      const { sessionId, lastEventId, eventEpoch, clientId } = session;
      const again = new DaemonSessionClient({
        client: clientOf(bench),
        session: session.session,
        lastEventId,
        eventEpoch,
      });
      const after = new Watch(again);
      await after.type('replay_complete');
      const terminals = after.events.filter(({ type }) => type === 'turn_error' || type === 'turn_complete');
      same(
        terminals.map(({ data }) => member(data, 'code')),
        ['interrupted'],
        'the terminals',
      );
      check(!after.events.some(({ type }) => type === 'state_resync_required'), 'the cursor was refused');
      const ids = after.events.flatMap(({ id }) => (id === undefined ? [] : [id]));
      check(
        ids.every((id) => id > (lastEventId ?? 0)),
        'an event came twice',
      );
      const context = await recall(bench, again, after, 'redstart');
      same([again.sessionId, again.clientId], [sessionId, clientId], 'the client afterwards');
      await finish(bench, again, after);
      return context;
    },
  },
];

/** A closed session in which the agent was told a word. */
async function closedAfterTelling(bench: Bench, word: string): Promise<DaemonSessionClient> {
  return await withSession(bench, async (session, watch) => {
    await session.prompt(textPrompt(bench.script.answer(`the word is ${word}`).prompt));
    await watch.type('turn_complete');
    return session;
  });
}

/** Asks for a word of the past; says what the agent's memory was restored from. */
async function recall(
  bench: Bench,
  session: DaemonSessionClient,
  watch: Watch,
  word: string,
): Promise<string | undefined> {
  const task = bench.script.recall(word);
  const accepted = await session.submitPrompt(textPrompt(task.prompt));
  await watch.until(
    'end of the prompt',
    ({ type, data }) => type === 'turn_complete' && member(data, 'promptId') === accepted.promptId,
    60_000,
  );
  task.confirm(watch.said(accepted.promptId));
  const restored = watch.events.findLast(({ type }) => type === 'session_restored');
  return restored === undefined ? undefined : String(member(restored.data, 'context'));
}

async function finish(bench: Bench, session: DaemonSessionClient, watch: Watch): Promise<void> {
  await watch.stop();
  bench.seen.push(watch.events);
  await session.close();
}
