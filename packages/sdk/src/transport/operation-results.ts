import type {
  AgentList,
  Capabilities,
  CreatedSession,
  Health,
  Heartbeat,
  PromptAccepted,
  SessionDescription,
  SessionMetadata,
  SessionPage,
  SessionRow,
  WorkspaceSessionPage,
} from '@holdfast/protocol/view';

/** What each called operation answers with; `undefined` is an empty body. */
export interface OperationResults {
  health: Health;
  capabilities: Capabilities;
  listAgents: AgentList;
  createSession: CreatedSession;
  describeSession: SessionDescription;
  getSessionStatus: SessionRow;
  promptSession: PromptAccepted;
  cancelTurn: undefined;
  votePermission: Readonly<Record<string, never>>;
  heartbeat: Heartbeat;
  detach: undefined;
  updateMetadata: SessionMetadata;
  closeSession: undefined;
  listWorkspaceSessions: WorkspaceSessionPage;
  listSessions: SessionPage;
}
