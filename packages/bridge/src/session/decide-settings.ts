import type { CommandOf } from './command.ts';
import { type Decision, requireOpen, requireRegistered } from './decision.ts';
import { event, fact, type SessionEntry } from './entry.ts';
import type { SessionState } from './state.ts';

/** Keeps a choice for the next agent session. */
export function decideWant(state: SessionState, command: CommandOf<'want'>): Decision {
  const { modelId, modeId, config, clientId } = command;
  requireOpen(state);
  requireRegistered(state, clientId);
  return { entries: [fact('settings_wanted', { modelId, modeId, config })], effects: [] };
}

/** Another model or mode is in force. */
export function decideConfigured(state: SessionState, command: CommandOf<'configured'>): Decision {
  requireOpen(state);
  const { sessionId, agentState } = state;
  const { modelId, modeId, previousModeId, clientId } = command;
  const entries: SessionEntry[] = [];
  if (modelId !== undefined) entries.push(event('model_switched', { sessionId, modelId }, { clientId }));
  if (modeId !== undefined) {
    const previous = previousModeId ?? agentState.currentModeId ?? '';
    const changed = { sessionId, previous, next: modeId, persisted: false };
    entries.push(event('approval_mode_changed', changed, { clientId }));
  }
  return { entries, effects: [] };
}

/** Another value of a config option is in force; readers hear it as the agent would have said it unasked. */
export function decideOptionSet(state: SessionState, command: CommandOf<'option_set'>): Decision {
  requireOpen(state);
  const { configId, value, configOptions, clientId } = command;
  const update = { sessionUpdate: 'config_option_update', configOptions };
  const told = event('session_update', { sessionId: state.sessionId, update }, { clientId });
  const entries = [fact('settings_wanted', { config: { [configId]: value } })];
  return { entries: Array.isArray(configOptions) ? [...entries, told] : entries, effects: [] };
}

/** The agent did not take a model. */
export function decideModelRefused(state: SessionState, command: CommandOf<'model_refused'>): Decision {
  requireOpen(state);
  const { sessionId } = state;
  const { modelId: requestedModelId, error, clientId } = command;
  const refused = event('model_switch_failed', { sessionId, requestedModelId, error }, { clientId });
  return { entries: [refused], effects: [] };
}
