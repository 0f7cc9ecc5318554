import { isCount, isText, isTextOrAbsent, isTextOrNull, optionalText } from './guards.ts';
import type { SessionView, TerminalView, ViewReducer } from './state.ts';
import { emptyTranscript } from './transcript.ts';

export const reduceCreated: ViewReducer = (view, { agent, displayName, modelId, modeId }) => {
  if (!isText(agent)) return 'malformed';
  return {
    ...view,
    agent,
    isAgentRunning: true,
    displayName: optionalText(displayName) ?? view.displayName,
    modelId: optionalText(modelId) ?? view.modelId,
    modeId: optionalText(modeId) ?? view.modeId,
  };
};

export const reduceMetadata: ViewReducer = (view, { displayName }) =>
  isTextOrAbsent(displayName) || displayName === null
    ? { ...view, displayName: displayName || undefined }
    : 'malformed';

export const reduceModel: ViewReducer = (view, { modelId }) =>
  isText(modelId) ? { ...view, modelId } : 'malformed';

export const reduceMode: ViewReducer = (view, { next }) =>
  isText(next) ? { ...view, modeId: next } : 'malformed';

/** A session that is back has no terminal any more. */
export const reduceRestored: ViewReducer = (view, { context, generation, displayName }) => {
  if (!isText(context)) return 'malformed';
  return {
    ...view,
    context,
    displayName: isTextOrNull(displayName) ? displayName || undefined : view.displayName,
    generation: isCount(generation) ? generation : view.generation,
    isAgentRunning: true,
    terminal: undefined,
  };
};

/** A new generation begins empty; the old one is in the journal. */
export const reduceReset: ViewReducer = (view, { generation }) =>
  isCount(generation)
    ? { ...view, generation, transcript: emptyTranscript, plan: [], usage: undefined }
    : 'malformed';

export const reduceAgentStarted: ViewReducer = (view, { agent }) => ({
  ...view,
  agent: optionalText(agent) ?? view.agent,
  isAgentRunning: true,
});

export const reduceAgentExited: ViewReducer = (view) => ({ ...view, isAgentRunning: false });

export const reduceClosed: ViewReducer = (view, { reason, closedBy }) =>
  isText(reason)
    ? end(view, { type: 'session_closed', reason, closedBy: optionalText(closedBy) })
    : 'malformed';

export const reduceDied: ViewReducer = (view, { reason }) =>
  isText(reason) ? end(view, { type: 'session_died', reason }) : 'malformed';

export const reduceSnapshot: ViewReducer = (view, { currentModelId, currentApprovalMode }) => {
  if (!isTextOrNull(currentModelId) || !isTextOrNull(currentApprovalMode)) return 'malformed';
  return { ...view, modelId: currentModelId ?? view.modelId, modeId: currentApprovalMode ?? view.modeId };
};

/** The first terminal of a session wins; it replaces one of the stream. */
const end = (view: SessionView, terminal: TerminalView): SessionView =>
  hasEnded(view) ? view : { ...view, terminal };

/** Nothing is open in a session that has ended, whatever was said before or is said after. */
export const settled = (view: SessionView): SessionView =>
  hasEnded(view)
    ? { ...view, pendingPermissions: [], queue: [], turn: undefined, isAgentRunning: false }
    : view;

const hasEnded = ({ terminal }: SessionView): boolean =>
  terminal?.type === 'session_closed' || terminal?.type === 'session_died';
