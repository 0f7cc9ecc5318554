import { listAgents } from './agents.ts';
import { describeSession, getSessionStatus, listSessions, listWorkspaceSessions } from './catalog.ts';
import type { Operation } from './define-operation.ts';
import { streamEvents } from './history.ts';
import { closeSession, createSession, detach, heartbeat, updateMetadata } from './lifecycle.ts';
import { votePermission, votePermissionLegacy } from './permissions.ts';
import { capabilities, health, livez, openapi, readyz } from './system.ts';
import { cancelTurn, promptSession } from './turns.ts';

/** Every operation the daemon serves, by name. */
export const operations = {
  health,
  livez,
  readyz,
  capabilities,
  openapi,
  listAgents,
  createSession,
  describeSession,
  getSessionStatus,
  streamEvents,
  promptSession,
  cancelTurn,
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
