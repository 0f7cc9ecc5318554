import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { requireOpen, requireRegistered } from '../session/decision.ts';
import type { ConfigValue } from '../session/entry.ts';
import { failureOf } from '../session/failure.ts';
import { offeredModes } from '../session/offered-modes.ts';
import type { Session } from '../session/session.ts';
import { touch } from './prompt-session.ts';

/**
 * Chooses the model of a session; kept for the next agent session where there is none now.
 * @throws session_not_found, capability_missing, agent_error
 */
export async function setSessionModel(
  core: Core,
  sessionId: SessionId,
  modelId: string,
  caller: Pick<Caller, 'clientId'>,
): Promise<void> {
  const session = await wakeOpen(core, sessionId, caller);
  const { clientId } = caller;
  if (session.state.agentState.currentModelId === modelId) return;
  const { conversation } = session.seat;
  if (conversation === undefined) return await session.execute({ kind: 'want', modelId, clientId });
  try {
    await conversation.lease.connection.setModel(conversation.agentSessionId, modelId);
  } catch (error) {
    const { message } = failureOf(error);
    await session.execute({ kind: 'model_refused', modelId, error: message, clientId });
    throw unsupported(error, 'model');
  }
  await session.execute({ kind: 'configured', modelId, clientId });
}

/**
 * Chooses the mode of a session and answers the one before.
 * @throws session_not_found, invalid_mode{allowed}, capability_missing, agent_error
 */
export async function setSessionMode(
  core: Core,
  sessionId: SessionId,
  modeId: string,
  caller: Pick<Caller, 'clientId'>,
): Promise<{ readonly previous: string | undefined }> {
  const session = await wakeOpen(core, sessionId, caller);
  const { clientId } = caller;
  const previous = session.state.agentState.currentModeId ?? undefined;
  if (previous === modeId) return { previous };
  requireOffered(session, modeId);
  const { conversation } = session.seat;
  if (conversation === undefined) {
    await session.execute({ kind: 'want', modeId, clientId });
    return { previous };
  }
  try {
    await conversation.lease.connection.setMode(conversation.agentSessionId, modeId);
  } catch (error) {
    throw unsupported(error, 'mode');
  }
  await session.execute({ kind: 'configured', modeId, previousModeId: previous, clientId });
  return { previous };
}

/** Sets one of the agent's config options. @throws session_not_found, capability_missing, agent_error */
export async function setConfigOption(
  core: Core,
  sessionId: SessionId,
  { id: configId, value }: { readonly id: string; readonly value: ConfigValue },
  caller: Pick<Caller, 'clientId'>,
): Promise<void> {
  const session = await wakeOpen(core, sessionId, caller);
  const { conversation } = session.seat;
  if (conversation === undefined) {
    await session.execute({ kind: 'want', config: { [configId]: value }, ...caller });
    return;
  }
  const { lease, agentSessionId } = conversation;
  try {
    const configOptions = await lease.connection.setConfigOption(agentSessionId, configId, value);
    await session.execute({ kind: 'option_set', configId, value, configOptions, clientId: caller.clientId });
  } catch (error) {
    throw unsupported(error, `option ${configId}`);
  }
}

async function wakeOpen(
  core: Core,
  sessionId: SessionId,
  caller: Pick<Caller, 'clientId'>,
): Promise<Session> {
  const session = await core.registry.wake(sessionId);
  requireOpen(session.state);
  requireRegistered(session.state, caller.clientId);
  touch(core, session, caller);
  return session;
}

/** @throws invalid_mode when the agent lists its modes and this is none of them */
function requireOffered({ state }: Session, modeId: string): void {
  const allowed = offeredModes(state.agentState.catalog);
  if (allowed === undefined || allowed.includes(modeId)) return;
  throw new DaemonError(
    'invalid_mode',
    `mode "${modeId}" is not offered; choose one of ${allowed.join(', ')}`,
    {
      modeId,
      allowed,
    },
  );
}

const methodNotFound = -32_601;

/** An agent that does not know the method lacks the capability. */
function unsupported(error: unknown, setting: string): unknown {
  if (!(error instanceof DaemonError) || error.details['agentCode'] !== methodNotFound) return error;
  return new DaemonError(
    'capability_missing',
    `the agent cannot change its ${setting} over ACP`,
    { setting },
    { cause: error },
  );
}
