import { getAgent, importAgentSession, listAgentSessions, listAgents } from './agents.ts';
import {
  describeSession,
  getSessionStatus,
  listSessions,
  listWorkspaceSessions,
  watchSessions,
} from './catalog.ts';
import { applyCleanup, planCleanup } from './cleanup.ts';
import {
  branchCheckpoint,
  compactSession,
  createCheckpoint,
  getCheckpoint,
  listCheckpoints,
  listGenerations,
  resetSession,
  restoreCheckpoint,
} from './context.ts';
import type { Operation } from './define-operation.ts';
import { archiveSessions, deleteSessions, unarchiveSessions } from './deletion.ts';
import { deleteExtension, getExtension, putExtension } from './extensions.ts';
import { getTranscript, streamEvents } from './history.ts';
import { closeSession, createSession, detach, heartbeat, updateMetadata } from './lifecycle.ts';
import { editMetadata } from './metadata.ts';
import { votePermission, votePermissionLegacy } from './permissions.ts';
import { previewSessions, readMessages, resolveSession, searchSessions } from './reading.ts';
import { branchSession, loadSession, resumeSession } from './restore.ts';
import {
  getSessionContext,
  getSupportedCommands,
  setApprovalMode,
  setSessionMode,
  setSessionModel,
} from './settings.ts';
import { abortTurn, getPrompt, steerTurn } from './steering.ts';
import { capabilities, docs, health, livez, metrics, openapi, readyz } from './system.ts';
import { exportSession, importSession } from './transfer.ts';
import { trimSession } from './trim.ts';
import { cancelTurn, listPendingPrompts, promptSession, removePendingPrompt } from './turns.ts';

/** Every operation the daemon serves, by name. */
export const operations = {
  health,
  livez,
  readyz,
  capabilities,
  openapi,
  docs,
  metrics,
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
  steerTurn,
  cancelTurn,
  abortTurn,
  getPrompt,
  listPendingPrompts,
  removePendingPrompt,
  votePermission,
  votePermissionLegacy,
  heartbeat,
  detach,
  updateMetadata,
  editMetadata,
  closeSession,
  deleteSessions,
  archiveSessions,
  unarchiveSessions,
  putExtension,
  getExtension,
  deleteExtension,
  listWorkspaceSessions,
  listSessions,
  watchSessions,
  readMessages,
  previewSessions,
  resolveSession,
  searchSessions,
  exportSession,
  importSession,
  planCleanup,
  applyCleanup,
  resetSession,
  compactSession,
  trimSession,
  listGenerations,
  listCheckpoints,
  createCheckpoint,
  getCheckpoint,
  branchCheckpoint,
  restoreCheckpoint,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
