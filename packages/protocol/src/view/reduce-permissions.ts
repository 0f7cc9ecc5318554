import type { PermissionOption } from '../model/permission.ts';
import { isCount, isFields, isText } from './guards.ts';
import type { PermissionView, ViewReducer } from './state.ts';
import { upsertTool } from './tool-item.ts';

export const reducePermissionRequest: ViewReducer = (view, { requestId, toolCall, options }, event) => {
  if (!isText(requestId) || !isFields(toolCall)) return 'malformed';
  if (!Array.isArray(options) || !options.every(isOption)) return 'malformed';
  const request: PermissionView = {
    requestId,
    promptId: event.promptId,
    toolCall,
    options,
    requestedAt: event.serverTimestamp,
    votes: undefined,
  };
  const others = view.pendingPermissions.filter((each) => each.requestId !== requestId);
  const pendingPermissions = [...others, request].slice(-view.limits.maxItems);
  const asked = { ...view, pendingPermissions };
  const { toolCallId } = toolCall;
  return isText(toolCallId) ? upsertTool(asked, toolCallId, toolCall, event) : asked;
};

export const reducePermissionResolved: ViewReducer = (view, { requestId, outcome }) => {
  if (!isText(requestId) || !isFields(outcome)) return 'malformed';
  const pendingPermissions = view.pendingPermissions.filter((each) => each.requestId !== requestId);
  return pendingPermissions.length === view.pendingPermissions.length
    ? view
    : { ...view, pendingPermissions };
};

export const reducePartialVote: ViewReducer = (view, { requestId, votesReceived, votesNeeded }) => {
  if (!isText(requestId) || !isCount(votesReceived) || !isCount(votesNeeded)) return 'malformed';
  const votes = { received: votesReceived, needed: votesNeeded };
  return {
    ...view,
    pendingPermissions: view.pendingPermissions.map((each) =>
      each.requestId === requestId ? { ...each, votes } : each,
    ),
  };
};

const isOption = (value: unknown): value is PermissionOption => isFields(value) && isText(value['optionId']);
