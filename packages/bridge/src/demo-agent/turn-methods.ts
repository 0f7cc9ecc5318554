import { type ContentBlock, RPC_CODE, RpcError } from './acp.ts';
import type { AgentOptions } from './agent-options.ts';
import { configOptions, MODELS, MODES } from './catalog.ts';
import { type DemoSession, lastText, type OpenSessions, remember } from './demo-session.ts';
import { isObject, type Params, stringParam } from './params.ts';
import type { NotificationHandler, RequestHandler } from './rpc-peer.ts';
import { runTurn } from './run-turn.ts';
import type { StoredEntry } from './session-store.ts';
import type { Host } from './turn.ts';

/** Methods of a session that is open: prompts, cancels, and what can be chosen. */
export function turnMethods(host: Host, open: OpenSessions, options: AgentOptions) {
  const sessionOf = (params: Params): DemoSession => {
    const sessionId = stringParam(params, 'sessionId');
    const session = open.get(sessionId);
    if (session) return session;
    throw new RpcError(RPC_CODE.invalidParams, `Session is not open here: ${sessionId}`);
  };
  const choose = (session: DemoSession, entry: StoredEntry) => {
    remember(session, entry);
    host.store.append(session.id, [entry]);
  };
  const tell = (session: DemoSession, update: object) =>
    host.peer.notify('session/update', { sessionId: session.id, update });
  const tellOptions = (session: DemoSession) =>
    tell(session, { sessionUpdate: 'config_option_update', configOptions: configOptions(session) });

  const requests = new Map<string, RequestHandler>([
    ['session/prompt', (params, signal) => prompt(host, { session: sessionOf(params), params, signal })],
    ['_session/steering', (params) => ({ result: steer(host, sessionOf(params), params, options) })],
    [
      'session/set_mode',
      (params) => {
        const session = sessionOf(params);
        choose(session, modeEntry(stringParam(params, 'modeId')));
        tellOptions(session);
        return { result: {} };
      },
    ],
    [
      'session/set_model',
      (params) => {
        const session = sessionOf(params);
        choose(session, modelEntry(stringParam(params, 'modelId')));
        tellOptions(session);
        return { result: {} };
      },
    ],
    [
      'session/set_config_option',
      (params) => {
        const session = sessionOf(params);
        const entry = optionEntry(stringParam(params, 'configId'), stringParam(params, 'value'));
        choose(session, entry);
        if (entry.type === 'mode') {
          tell(session, { sessionUpdate: 'current_mode_update', currentModeId: session.modeId });
        }
        return { result: { configOptions: configOptions(session) } };
      },
    ],
  ]);
  const cancel: NotificationHandler = ({ sessionId }) => open.get(String(sessionId))?.cancelTurn?.();
  return { requests, notifications: new Map([['session/cancel', cancel]]) };
}

function prompt(
  host: Host,
  { session, params, signal }: { session: DemoSession; params: Params; signal: AbortSignal },
) {
  const blocks = promptParam(params);
  const overlap = session.cancelTurn ? true : undefined;
  host.store.logPrompt({
    t: Date.now(),
    pid: process.pid,
    sessionId: session.id,
    text: lastText(blocks),
    meta: params['_meta'] ?? null,
    overlap,
  });
  if (overlap) throw new RpcError(RPC_CODE.invalidRequest, 'This session is busy with another prompt');
  signal.addEventListener('abort', () => session.cancelTurn?.());
  return runTurn(host, session, blocks);
}

/** Takes a message into the running turn; without one it is left to the client to prompt. */
function steer(host: Host, session: DemoSession, params: Params, { switches }: AgentOptions) {
  const blocks = promptParam(params);
  if (switches.has('broken-inject')) throw new RpcError(RPC_CODE.internalError, 'Steering is broken');
  if (session.hear === undefined) return { outcome: 'promptRequired', reason: 'noRunningTurn' };
  const text = lastText(blocks);
  host.store.logPrompt({
    t: Date.now(),
    pid: process.pid,
    sessionId: session.id,
    text,
    meta: params['_meta'] ?? null,
    injected: true,
  });
  session.hear(text);
  return { outcome: 'injected' };
}

function promptParam(params: Params): readonly ContentBlock[] {
  const blocks = params['prompt'];
  if (
    !Array.isArray(blocks) ||
    !blocks.every((block) => isObject(block) && typeof block['type'] === 'string')
  ) {
    throw new RpcError(RPC_CODE.invalidParams, 'prompt must be a list of content blocks');
  }
  // Only the text of text blocks is read; the others are stored and replayed as they came.
  return blocks as readonly ContentBlock[];
}

function modeEntry(modeId: string): StoredEntry {
  if (MODES.some(({ id }) => id === modeId)) return { type: 'mode', modeId };
  throw new RpcError(RPC_CODE.invalidParams, `unknown mode ${modeId}; known: ${MODES.map(({ id }) => id)}`);
}

function modelEntry(modelId: string): StoredEntry {
  if (MODELS.some((model) => model.modelId === modelId)) return { type: 'model', modelId };
  const known = MODELS.map((model) => model.modelId);
  throw new RpcError(RPC_CODE.invalidParams, `unknown model ${modelId}; known: ${known}`);
}

function optionEntry(configId: string, value: string): StoredEntry {
  if (configId === 'mode') return modeEntry(value);
  if (configId === 'model') return modelEntry(value);
  throw new RpcError(RPC_CODE.invalidParams, `unknown option ${configId}; known: mode, model`);
}
