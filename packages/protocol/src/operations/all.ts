import { getAgent, importAgentSession, listAgentSessions, listAgents } from './agents.ts';
import { describeSession, getSessionStatus, listSessions, listWorkspaceSessions } from './catalog.ts';
import type { Operation } from './define-operation.ts';
import { getTranscript, streamEvents } from './history.ts';
import { closeSession, createSession, detach, heartbeat, updateMetadata } from './lifecycle.ts';
import { votePermission, votePermissionLegacy } from './permissions.ts';
import { branchSession, loadSession, resumeSession } from './restore.ts';
import {
  getSessionContext,
  getSupportedCommands,
  setApprovalMode,
  setSessionMode,
  setSessionModel,
} from './settings.ts';
import { capabilities, health, livez, openapi, readyz } from './system.ts';
import { cancelTurn, listPendingPrompts, promptSession, removePendingPrompt } from './turns.ts';

/** Every operation the daemon serves, by name. */
export const operations = {
  health,
  livez,
  readyz,
  capabilities,
  openapi,
  listAgents,
  getAgent,
  listAgentSessions,
  importAgentSession,
  createSession,
  loadSession,
  resumeSession,
  branchSession,
  describeSession,
  getSessionStatus,
  getSessionContext,
  getSupportedCommands,
  setSessionModel,
  setSessionMode,
  setApprovalMode,
  streamEvents,
  getTranscript,
  promptSession,
  cancelTurn,
  listPendingPrompts,
  removePendingPrompt,
  votePermission,
  votePermissionLegacy,
  heartbeat,
  detach,
  updateMetadata,
  closeSession,
  listWorkspaceSessions,
  listSessions,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
