// Every method of the plain client that has a row in our protocol and that the session client does not go through.
import { randomUUID } from 'node:crypto';
import {
  DaemonCapabilityMissingError,
  type DaemonClient,
  type DaemonEvent,
  DaemonSessionClient,
} from '@qwen-code/sdk/daemon';
import { items, member, text } from '../agents-check/json-reader.ts';
import { check, clientOf, refusal, type Step, same, textPrompt, withSession } from './bench.ts';
import { saidIn, Watch } from './watch.ts';

export const plainClientSteps: readonly Step[] = [
  {
    name: 'the plain client alone: a session from its creation to its end',
    async run(bench) {
      const client = clientOf(bench);
      const created = await client.createOrAttachSession({
        workspaceCwd: bench.daemon.workspace,
        sessionScope: 'thread',
      });
      const { sessionId, clientId } = created;
      const watch = watchPlain(client, sessionId, { lastEventId: 0, clientId });
      const task = bench.script.answer('by the plain client');
      const accepted = await client.promptNonBlocking(
        sessionId,
        textPrompt(task.prompt),
        undefined,
        clientId,
      );
      const promptId = text(member(accepted, 'promptId'));
      check(promptId !== '', 'the prompt was not answered with its admission');
      await watch.until(
        'end of the prompt',
        ({ type, data }) => type === 'turn_complete' && member(data, 'promptId') === promptId,
      );
      task.confirm(watch.said());
      same((await client.sessionContext(sessionId, clientId)).sessionId, sessionId, 'the context');
      same((await client.sessionSupportedCommands(sessionId, clientId)).v, 1, 'the commands');
      same((await client.sessionStatus(sessionId)).hasActivePrompt, false, 'hasActivePrompt');
      same((await client.getPendingPrompts(sessionId, { clientId })).pendingPrompts, [], 'the queue');
      const removed = await client.removePendingPrompt(sessionId, promptId, { clientId });
      same(removed.removed, false, 'removing a prompt that ended');
      same((await client.heartbeat(sessionId, clientId)).clientId, clientId, 'the heartbeat');
      await client.cancel(sessionId, clientId);
      const named = await client.updateSessionMetadata(sessionId, { displayName: 'Plain' }, clientId);
      same(named, { displayName: 'Plain' }, 'the name');
      const page = await client.getSessionTranscriptPage(sessionId, { limit: 200, clientId });
      const recorded = watch.events.filter(({ id }) => id !== undefined);
      same(page.events.slice(0, recorded.length), recorded, 'the transcript');
      await client.detachSession(sessionId, clientId);
      same(
        (await client.sessionStatus(sessionId)).clientCount,
        0,
        'clientCount of a session that is only watched',
      );
      await client.closeSession(sessionId);
      await watch.type('session_closed');
      await client.closeSession(sessionId);
      bench.seen.push(watch.events);
      client.dispose();
      return `${watch.events.length} events`;
    },
  },
  {
    name: 'model by the plain client',
    run: (bench) =>
      withSession(bench, async ({ client, sessionId, clientId }) => {
        const { state } = await client.sessionContext(sessionId);
        const current = text(member(state.models, 'currentModelId'));
        const offered = items(member(state.models, 'availableModels')).map((model) =>
          text(member(model, 'modelId')),
        );
        const other = offered.find((modelId) => modelId !== current);
        if (other === undefined) return 'the agent offers no choice';
        same((await client.setSessionModel(sessionId, other, clientId))['modelId'], other, 'the answer');
        return other;
      }),
  },
  {
    name: 'capabilities it may ask for, and one nobody has',
    async run(bench) {
      const client = clientOf(bench);
      for (const tag of ['session_archive', 'session_metadata', 'session_transcript'])
        await client.requireCapability(tag);
      const missing: unknown = await client.requireCapability('no_such_feature').catch((thrown) => thrown);
      check(missing instanceof DaemonCapabilityMissingError, `an unknown feature gave ${missing}`);
      return undefined;
    },
  },
  {
    name: 'the epoch: learnt from the stream, and a foreign one replays from the start',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        await session.prompt(textPrompt(bench.script.answer('before the epoch').prompt));
        const { client, sessionId, eventEpoch } = session;
        const tail = (await watch.type('turn_complete')).id ?? 0;
        const epochs: string[] = [];
        const onEpoch = (epoch: string) => epochs.push(epoch);
        const known = watchPlain(client, sessionId, { lastEventId: tail, epoch: eventEpoch, onEpoch });
        await known.type('replay_complete');
        await known.stop();
        same(epochs, [eventEpoch], 'the epoch of the stream');
        same(
          known.events.filter(({ id }) => id !== undefined && id <= tail),
          [],
          'events before the cursor',
        );
        const foreign = watchPlain(client, sessionId, { lastEventId: tail, epoch: randomUUID() });
        await foreign.type('replay_complete');
        await foreign.stop();
        const [resync] = foreign.events;
        same(
          [resync?.type, member(resync?.data, 'reason')],
          ['state_resync_required', 'epoch_reset'],
          'the first event',
        );
        const replayed = foreign.events.filter(({ id }) => id !== undefined && id <= tail);
        same(
          replayed,
          watch.events.filter(({ id }) => id !== undefined && id <= tail),
          'the replay',
        );
        return `${replayed.length} events`;
      }),
  },
  {
    name: 'a session client put back to the beginning reads everything again',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        await session.prompt(textPrompt(bench.script.answer('once more').prompt));
        const tail = (await watch.type('turn_complete')).id ?? 0;
        const beside = await DaemonSessionClient.resume(clientOf(bench), session.sessionId);
        const { compactedReplay, liveJournal } = beside.consumeReplaySnapshot();
        same([compactedReplay, liveJournal], [[], []], 'the snapshot beside the stream');
        beside.setLastEventId(0);
        const again: DaemonEvent[] = [];
        for await (const event of beside.subscribeEvents()) {
          again.push(event);
          if (event.type === 'replay_complete') break;
        }
        const replayed = again.filter(({ id }) => id !== undefined && id <= tail);
        same(
          replayed,
          watch.events.filter(({ id }) => id !== undefined && id <= tail),
          'the replay',
        );
        await beside.detach();
        return `${replayed.length} events`;
      }),
  },
  {
    name: 'a prompt past its deadline fails with its code, and the next one runs',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const long = { ...textPrompt(bench.script.long().prompt), deadlineMs: 1_500 };
        const outcome = await session.prompt(long).then(
          () => 'resolved',
          () => 'rejected',
        );
        same(outcome, 'rejected', 'the prompt');
        const failed = await watch.type('turn_error');
        same(member(failed.data, 'code'), 'prompt_deadline_exceeded', 'the code');
        const next = await session.prompt(textPrompt(bench.script.answer('in time').prompt));
        same(next.stopReason, 'end_turn', 'the next stop reason');
        return undefined;
      }),
  },
  {
    name: 'export, in each form there is',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const task = bench.script.answer('for the export');
        await session.prompt(textPrompt(task.prompt));
        await watch.type('turn_complete');
        const { client, sessionId } = session;
        for (const format of ['jsonl', 'json', 'md'] as const) {
          const file = await client.exportSession(sessionId, { format });
          check(
            file.filename.endsWith(`.${format}`) && file.mimeType !== '',
            `${file.filename} as ${format}`,
          );
          task.confirm(format === 'md' ? file.content : saidIn(eventsOf(file.content, format)));
        }
        same((await refusal(client.exportSession(sessionId, { format: 'html' }))).status, 400, 'html');
        return undefined;
      }),
  },
];

/** The stream of the plain client, read in the background. */
const watchPlain = (
  client: DaemonClient,
  sessionId: string,
  options: Parameters<DaemonClient['subscribeEvents']>[1],
): Watch => new Watch({ events: ({ signal }) => client.subscribeEvents(sessionId, { ...options, signal }) });

/** The events in an exported file. */
function eventsOf(content: string, format: 'jsonl' | 'json'): DaemonEvent[] {
  const lines =
    format === 'json' ? items(member(JSON.parse(content), 'events')) : content.trim().split('\n').map(parse);
  return lines.filter((line): line is DaemonEvent => typeof member(line, 'type') === 'string');
}

const parse = (line: string): unknown => JSON.parse(line);
