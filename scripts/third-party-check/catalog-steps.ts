// What a session is and offers: context, commands, model, mode, metadata, list, transcript.
import { DAEMON_APPROVAL_MODES, DaemonSessionClient, type DaemonSessionState } from '@qwen-code/sdk/daemon';
import { items, member, text } from '../agents-check/json-reader.ts';
import {
  check,
  clientOf,
  createSession,
  refusal,
  type Step,
  same,
  textPrompt,
  withSession,
} from './bench.ts';

export const catalogSteps: readonly Step[] = [
  {
    name: 'context and supported commands',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const context = await session.context();
        same([context.v, context.sessionId], [1, session.sessionId], 'the context');
        same(context.workspaceCwd, session.workspaceCwd, 'its workspaceCwd');
        check(currentMode(context.state) !== undefined, 'the context has no mode');
        const before = await session.supportedCommands();
        same(
          [before.v, before.sessionId, before.availableSkills],
          [1, session.sessionId, []],
          'the commands',
        );
        if (!bench.script.hasCommands) return 'no commands published';
        await session.prompt(textPrompt(bench.script.answer('hello').prompt));
        await watch.until(
          'commands',
          ({ data }) => member(member(data, 'update'), 'sessionUpdate') === 'available_commands_update',
        );
        const { availableCommands } = await session.supportedCommands();
        check(availableCommands.length > 0, 'the published commands are not listed');
        return `${availableCommands.length} commands`;
      }),
  },
  {
    name: 'model',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const modelId = otherModel((await session.context()).state);
        if (modelId === undefined) return 'the agent offers no choice';
        same((await session.setModel(modelId))['modelId'], modelId, 'the answer');
        same(member((await watch.type('model_switched')).data, 'modelId'), modelId, 'the event');
        same(currentModel((await session.context()).state), modelId, 'the model in the context');
        await session.setModel(modelId);
        return modelId;
      }),
  },
  {
    name: 'approval mode',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const { client, sessionId, clientId } = session;
        const mode = DAEMON_APPROVAL_MODES.find((each) => each === bench.script.modeId);
        if (mode === undefined) return 'the agent offers none of the published modes';
        const answer = await client.setSessionApprovalMode(sessionId, mode, { clientId });
        same([answer.sessionId, answer.mode, answer.persisted], [sessionId, mode, false], 'the answer');
        check(answer.previous !== '' && answer.previous !== mode, `previous is ${answer.previous}`);
        const event = await watch.type('approval_mode_changed');
        same(
          [member(event.data, 'previous'), member(event.data, 'next')],
          [answer.previous, mode],
          'the event',
        );
        const { state } = await session.context();
        same(currentMode(state), mode, 'the mode in the context');
        const offered = JSON.stringify([state.modes, optionOf(state, 'mode')]);
        const absent = DAEMON_APPROVAL_MODES.find((each) => !offered.includes(`"${each}"`));
        if (absent === undefined) return mode;
        const refused = await refusal(client.setSessionApprovalMode(sessionId, absent, { clientId }));
        same([refused.status, refused.code], [400, 'invalid_mode'], 'a mode nobody offers');
        return mode;
      }),
  },
  {
    name: 'model and approval mode at creation',
    async run(bench) {
      const { modelId, modeId } = bench.script;
      if (modelId === undefined && modeId === undefined) return 'the agent offers no choice';
      const session = await DaemonSessionClient.createOrAttach(clientOf(bench), {
        workspaceCwd: bench.daemon.workspace,
        sessionScope: 'thread',
        ...(modelId !== undefined && { modelServiceId: modelId }),
        ...(modeId !== undefined && { approvalMode: modeId }),
      });
      const { state } = await session.context();
      if (modelId !== undefined) {
        same([session.modelApplied, currentModel(state)], [true, modelId], 'modelApplied and the model');
      }
      if (modeId !== undefined) same(currentMode(state), modeId, 'the mode in the context');
      await session.close();
      return undefined;
    },
  },
  {
    name: 'metadata',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        same(
          await session.updateMetadata({ displayName: 'Named by hand' }),
          { displayName: 'Named by hand' },
          'the answer',
        );
        const event = await watch.type('session_metadata_updated');
        same(member(event.data, 'displayName'), 'Named by hand', 'the event');
        same((await session.status()).displayName, 'Named by hand', 'the status');
        const refused = await refusal(session.updateMetadata({ displayName: 'a\u0007b' }));
        same([refused.status, refused.code], [400, 'invalid_metadata'], 'a name with control characters');
        same(await session.updateMetadata({ displayName: '' }), {}, 'the answer to clearing');
        same((await session.status()).displayName, undefined, 'the cleared name');
        return undefined;
      }),
  },
  {
    name: 'list, by page, live and closed',
    async run(bench) {
      const sessions = [await createSession(bench), await createSession(bench), await createSession(bench)];
      const ids = sessions.map(({ sessionId }) => sessionId);
      await sessions[0]?.close();
      const client = clientOf(bench);
      const found = new Map<string, unknown>();
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await client.listWorkspaceSessionsPage(bench.daemon.workspace, { pageSize: 2, cursor });
        for (const row of page.sessions) {
          check(!found.has(row.sessionId), `${row.sessionId} is in two pages`);
          found.set(row.sessionId, member(row, 'state'));
        }
        cursor = page.nextCursor;
        pages += 1;
      } while (cursor !== undefined);
      same(
        ids.map((id) => found.get(id)),
        ['closed', 'idle', 'idle'],
        'the states',
      );
      const [row] = await client.listWorkspaceSessions(bench.daemon.workspace);
      check(row?.createdAt !== undefined && row.updatedAt !== undefined, 'a row without its instants');
      for (const session of sessions) await session.close();
      return `${found.size} sessions in ${pages} pages`;
    },
  },
  {
    name: 'transcript, forward and backward by page',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        await session.prompt(textPrompt(bench.script.answer('for the transcript').prompt));
        await watch.type('turn_complete');
        const forward: unknown[] = [];
        let cursor: string | undefined;
        do {
          const page = await session.getTranscriptPage({ limit: 3, ...(cursor && { cursor }) });
          same([page.v, page.sessionId], [1, session.sessionId], 'the page');
          same(page.hasMore, page.nextCursor !== undefined, 'hasMore');
          forward.push(...page.events);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        const backward: unknown[] = [];
        do {
          const page = await session.getTranscriptPage({
            limit: 3,
            direction: 'backward',
            ...(cursor && { cursor }),
          });
          backward.unshift(...page.events);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        same(backward, forward, 'the transcript read backward');
        const recorded = watch.events.filter(({ id }) => id !== undefined);
        same(forward.slice(0, recorded.length), recorded, 'the transcript');
        return `${forward.length} events`;
      }),
  },
];

/** The option by which an agent without ACP's `models` or `modes` offers them. */
const optionOf = ({ configOptions }: DaemonSessionState, category: 'model' | 'mode'): unknown =>
  items(configOptions).find((option) => member(option, 'category') === category);

const currentModel = (state: DaemonSessionState): unknown =>
  member(state.models, 'currentModelId') ?? member(optionOf(state, 'model'), 'currentValue');

const currentMode = (state: DaemonSessionState): unknown =>
  member(state.modes, 'currentModeId') ?? member(optionOf(state, 'mode'), 'currentValue');

/** A model on offer that is not in force. */
function otherModel(state: DaemonSessionState): string | undefined {
  const offered = [
    ...items(member(state.models, 'availableModels')).map((model) => text(member(model, 'modelId'))),
    ...items(member(optionOf(state, 'model'), 'options')).map((option) => text(member(option, 'value'))),
  ];
  const current = currentModel(state);
  return offered.find((modelId) => modelId !== '' && modelId !== current);
}
