import type {
  AgentDescriptor,
  AgentList,
  AgentSessionPage,
  BranchedSession,
  Capabilities,
  CreatedSession,
  Health,
  Heartbeat,
  ImportedAgentSession,
  PendingPromptList,
  PromptAccepted,
  RestoredSession,
  SessionContext,
  SessionDescription,
  SessionMetadata,
  SessionPage,
  SessionRow,
  SupportedCommands,
  TranscriptPage,
  WorkspaceSessionPage,
} from '@holdfast/protocol/view';

/** What each called operation answers with; `undefined` is an empty body. */
export interface OperationResults {
  health: Health;
  capabilities: Capabilities;
  listAgents: AgentList;
  getAgent: AgentDescriptor;
  listAgentSessions: AgentSessionPage;
  importAgentSession: ImportedAgentSession;
  createSession: CreatedSession;
  loadSession: RestoredSession;
  resumeSession: RestoredSession;
  branchSession: BranchedSession;
  describeSession: SessionDescription;
  getSessionStatus: SessionRow;
  getSessionContext: SessionContext;
  getSupportedCommands: SupportedCommands;
  setSessionModel: { readonly modelId: string };
  setSessionMode: { readonly modeId: string; readonly previous?: string };
  getTranscript: TranscriptPage;
  promptSession: PromptAccepted;
  listPendingPrompts: PendingPromptList;
  removePendingPrompt: { readonly removed: boolean };
  cancelTurn: undefined;
  votePermission: Readonly<Record<string, never>>;
  heartbeat: Heartbeat;
  detach: undefined;
  updateMetadata: SessionMetadata;
  closeSession: undefined;
  listWorkspaceSessions: WorkspaceSessionPage;
  listSessions: SessionPage;
}
