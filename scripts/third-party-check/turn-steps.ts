// Prompts and their streams.
import { DaemonPendingPromptLimitError, DaemonSessionClient } from '@qwen-code/sdk/daemon';
import { member } from '../agents-check/json-reader.ts';
import { check, clientOf, createSession, type Step, same, textPrompt, withSession } from './bench.ts';
import { saidIn, Watch } from './watch.ts';

const isSaying = (watch: Watch) => watch.said().length > 20;

export const turnSteps: readonly Step[] = [
  {
    name: 'prompt by the session client, streamed',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const task = bench.script.answer('streamed to the session client');
        const result = await session.prompt(textPrompt(task.prompt));
        same(result.stopReason, 'end_turn', 'the stop reason');
        task.confirm(watch.said());
        const terminal = await watch.type('turn_complete');
        check(member(terminal.data, 'promptId') === terminal.promptId, 'the terminal names no prompt');
        return undefined;
      }),
  },
  {
    name: 'prompt by the session client without a subscription',
    async run(bench) {
      const session = await createSession(bench);
      const result = await session.prompt(textPrompt(bench.script.answer('unwatched').prompt));
      same(result.stopReason, 'end_turn', 'the stop reason');
      await session.close();
      return undefined;
    },
  },
  {
    name: 'prompt by the plain client, beside a reader of its own',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const client = clientOf(bench);
        const task = bench.script.answer('streamed to the plain client');
        const result = await client.prompt(session.sessionId, textPrompt(task.prompt));
        same(result.stopReason, 'end_turn', 'the stop reason');
        await watch.type('turn_complete');
        task.confirm(watch.said());
        return undefined;
      }),
  },
  {
    name: 'submit without waiting, then follow the prompt',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const task = bench.script.answer('submitted');
        const accepted = await session.submitPrompt(textPrompt(task.prompt));
        await watch.until(
          'terminal of the prompt',
          ({ type, data }) => type === 'turn_complete' && member(data, 'promptId') === accepted.promptId,
        );
        task.confirm(watch.said(accepted.promptId));
        check(
          watch.events.every(
            ({ id, promptId }) => promptId !== accepted.promptId || (id ?? 0) > accepted.lastEventId,
          ),
          'an event of the turn lies before the cursor of its admission',
        );
        return undefined;
      }),
  },
  {
    name: 'turns that end at once are never missed',
    run: (bench) =>
      withSession(bench, async (session) => {
        const turns = bench.script.isInstant ? 60 : 2;
        for (let turn = 0; turn < turns; turn += 1) {
          const prompt = textPrompt(bench.script.answer(`turn ${turn}`).prompt);
          const result = await session.prompt(prompt, AbortSignal.timeout(30_000));
          same(result.stopReason, 'end_turn', `the stop reason of turn ${turn}`);
        }
        return `${turns} turns`;
      }),
  },
  {
    name: 'two readers see the same, a late one sees it again',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const beside = new Watch(await DaemonSessionClient.resume(clientOf(bench), session.sessionId), {
          lastEventId: 0,
        });
        await beside.type('replay_complete');
        await session.prompt(textPrompt(bench.script.answer('for everybody').prompt));
        const { id: lastId } = await beside.type('turn_complete');
        const late = new Watch(await DaemonSessionClient.resume(clientOf(bench), session.sessionId), {
          lastEventId: 0,
        });
        await late.until('last event again', ({ id }) => id === lastId);
        await Promise.all([beside.stop(), late.stop()]);
        const recorded = (each: Watch) =>
          each.events.filter(({ id }) => id !== undefined && id <= (lastId ?? 0));
        same(recorded(beside), recorded(watch), 'what the second reader saw');
        same(recorded(late), recorded(watch), 'what the late reader saw');
        return `${recorded(late).length} events`;
      }),
  },
  {
    name: 'a broken stream goes on where it stopped',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        await session.prompt(textPrompt(bench.script.answer('before').prompt));
        await watch.stop();
        await clientOf(bench).prompt(session.sessionId, textPrompt(bench.script.answer('meanwhile').prompt));
        const after = new Watch(session);
        await after.type('replay_complete');
        await session.prompt(textPrompt(bench.script.answer('afterwards').prompt));
        await after.stop();
        const ids = [...watch.events, ...after.events].flatMap(({ id }) => (id === undefined ? [] : [id]));
        same(
          ids,
          ids.toSorted((a, b) => a - b),
          'the order of ids',
        );
        same(new Set(ids).size, ids.length, 'the number of different ids');
        const said = saidIn([...watch.events, ...after.events]);
        for (const word of ['before', 'meanwhile', 'afterwards']) bench.script.answer(word).confirm(said);
        return undefined;
      }),
  },
  {
    name: 'cancel in mid-stream',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const result = session.prompt(textPrompt(bench.script.long().prompt));
        await watch.until('text', () => isSaying(watch));
        await session.cancel();
        same((await result).stopReason, 'cancelled', 'the stop reason');
        const after = await session.prompt(textPrompt(bench.script.answer('still here').prompt));
        same(after.stopReason, 'end_turn', 'the next stop reason');
        await session.cancel();
        return undefined;
      }),
  },
  {
    name: 'an aborted prompt of the session client cancels its turn',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const abort = new AbortController();
        const result = session.prompt(textPrompt(bench.script.long().prompt), abort.signal).then(
          () => 'resolved',
          () => 'rejected',
        );
        await watch.until('text', () => isSaying(watch));
        abort.abort();
        same(await result, 'rejected', 'the aborted call');
        same(member((await watch.type('turn_complete')).data, 'stopReason'), 'cancelled', 'the stop reason');
        return undefined;
      }),
  },
  {
    name: 'pending prompts: list, remove, order',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const running = session.prompt(textPrompt(bench.script.long().prompt));
        await watch.until('text', () => isSaying(watch));
        const second = session.prompt(textPrompt(bench.script.answer('second').prompt));
        const third = session.prompt(textPrompt(bench.script.answer('third').prompt));
        await watch.until('both in the queue', () => count(watch, 'pending_prompt_added') === 2);
        const { pendingPrompts } = await session.getPendingPrompts();
        same(
          pendingPrompts.map(({ state }) => state),
          ['running', 'queued', 'queued'],
          'the states',
        );
        same(
          pendingPrompts.map(({ originatorClientId }) => originatorClientId),
          Array(3).fill(session.clientId),
          'the originators',
        );
        const removed = pendingPrompts[1];
        check(removed !== undefined && removed.queuedAt > 0, 'the queued prompt has no time');
        same((await session.removePendingPrompt(removed.promptId)).removed, true, 'removed');
        same((await session.removePendingPrompt(removed.promptId)).removed, false, 'removed again');
        same((await second).stopReason, 'cancelled', 'the end of the removed prompt');
        await session.cancel();
        same((await running).stopReason, 'cancelled', 'the end of the running prompt');
        same((await third).stopReason, 'end_turn', 'the end of the last prompt');
        same((await session.getPendingPrompts()).pendingPrompts, [], 'the queue afterwards');
        return undefined;
      }),
  },
  {
    name: 'the queue has a limit, the running prompt counts',
    run: (bench) =>
      withSession(
        bench,
        async (session, watch) => {
          const ends = [session.prompt(textPrompt(bench.script.long().prompt))];
          await watch.until('text', () => isSaying(watch));
          for (let queued = 1; queued < 5; queued += 1) {
            ends.push(session.prompt(textPrompt(bench.script.answer(`queued ${queued}`).prompt)));
          }
          await watch.until('four in the queue', () => count(watch, 'pending_prompt_added') === 4);
          const refused: unknown = await session.prompt(textPrompt('one too many')).catch((thrown) => thrown);
          check(refused instanceof DaemonPendingPromptLimitError, `the sixth prompt gave ${refused}`);
          same(
            [refused.sessionId, refused.limit, refused.pendingCount],
            [session.sessionId, 5, 5],
            'the refusal',
          );
          await session.cancel();
          const reasons = (await Promise.all(ends)).map(({ stopReason }) => stopReason);
          same(reasons, ['cancelled', ...Array(4).fill('end_turn')], 'the ends');
          return undefined;
        },
        { isUnlimited: true },
      ),
  },
];

const count = (watch: Watch, type: string) => watch.events.filter((event) => event.type === type).length;
