// Generated from the operations of @holdfast/protocol by `npm run generate`. Do not edit.

/** Method and path of each operation, and how it treats an Idempotency-Key (absent: ignores it). */
export const routes = {
  health: { method: 'GET', path: '/health' },
  livez: { method: 'GET', path: '/livez' },
  readyz: { method: 'GET', path: '/readyz' },
  capabilities: { method: 'GET', path: '/capabilities' },
  openapi: { method: 'GET', path: '/openapi.json' },
  listAgents: { method: 'GET', path: '/agents' },
  createSession: { method: 'POST', path: '/session', idempotency: 'join' },
  loadSession: { method: 'POST', path: '/session/:id/load', idempotency: 'join' },
  resumeSession: { method: 'POST', path: '/session/:id/resume', idempotency: 'join' },
  branchSession: { method: 'POST', path: '/session/:id/branch', idempotency: 'join' },
  describeSession: { method: 'GET', path: '/session/:id' },
  getSessionStatus: { method: 'GET', path: '/session/:id/status' },
  getSessionContext: { method: 'GET', path: '/session/:id/context' },
  getSupportedCommands: { method: 'GET', path: '/session/:id/supported-commands' },
  setSessionModel: { method: 'POST', path: '/session/:id/model' },
  setSessionMode: { method: 'POST', path: '/session/:id/mode' },
  setApprovalMode: { method: 'POST', path: '/session/:id/approval-mode' },
  streamEvents: { method: 'GET', path: '/session/:id/events' },
  getTranscript: { method: 'GET', path: '/session/:id/transcript' },
  promptSession: { method: 'POST', path: '/session/:id/prompt', idempotency: 'refuse' },
  cancelTurn: { method: 'POST', path: '/session/:id/cancel' },
  listPendingPrompts: { method: 'GET', path: '/session/:id/pending-prompts' },
  removePendingPrompt: { method: 'DELETE', path: '/session/:id/pending-prompts/:promptId' },
  votePermission: { method: 'POST', path: '/session/:id/permission/:requestId' },
  votePermissionLegacy: { method: 'POST', path: '/permission/:requestId' },
  heartbeat: { method: 'POST', path: '/session/:id/heartbeat' },
  detach: { method: 'POST', path: '/session/:id/detach' },
  updateMetadata: { method: 'PATCH', path: '/session/:id/metadata' },
  closeSession: { method: 'DELETE', path: '/session/:id' },
  listWorkspaceSessions: { method: 'GET', path: '/workspace/:workspace/sessions' },
  listSessions: { method: 'GET', path: '/sessions' },
  getPrompt: { method: 'GET', path: '/session/:id/prompts/:promptId' },
} as const;

export type RouteName = keyof typeof routes;
