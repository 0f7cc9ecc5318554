import type {
  AbortedTurns,
  AgentDescriptor,
  AgentList,
  AgentSessionPage,
  AppliedCleanup,
  ArchivedSessions,
  BranchedSession,
  Capabilities,
  Checkpoint,
  CheckpointList,
  CleanupPlan,
  CompactionAccepted,
  CreatedSession,
  DeletedSessions,
  EditedMetadata,
  Extension,
  GenerationList,
  Health,
  Heartbeat,
  ImportedAgentSession,
  ImportedSession,
  MessagePage,
  NewGeneration,
  PendingPromptList,
  PreviewList,
  PromptAccepted,
  PromptOutcome,
  ResolvedSession,
  RestoredSession,
  SearchPage,
  SessionContext,
  SessionDescription,
  SessionMetadata,
  SessionPage,
  SessionRow,
  StoredExtension,
  SupportedCommands,
  TranscriptPage,
  Trimmed,
  UnarchivedSessions,
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
  readMessages: MessagePage;
  promptSession: PromptAccepted;
  listPendingPrompts: PendingPromptList;
  removePendingPrompt: { readonly removed: boolean };
  steerTurn: PromptAccepted;
  cancelTurn: undefined;
  abortTurn: AbortedTurns;
  getPrompt: PromptOutcome;
  votePermission: Readonly<Record<string, never>>;
  heartbeat: Heartbeat;
  detach: undefined;
  updateMetadata: SessionMetadata;
  editMetadata: EditedMetadata;
  putExtension: StoredExtension;
  getExtension: Extension;
  deleteExtension: undefined;
  deleteSessions: DeletedSessions;
  archiveSessions: ArchivedSessions;
  unarchiveSessions: UnarchivedSessions;
  resetSession: NewGeneration;
  compactSession: CompactionAccepted;
  trimSession: Trimmed;
  listGenerations: GenerationList;
  listCheckpoints: CheckpointList;
  createCheckpoint: Checkpoint;
  getCheckpoint: Checkpoint;
  branchCheckpoint: BranchedSession;
  restoreCheckpoint: NewGeneration;
  closeSession: undefined;
  listWorkspaceSessions: WorkspaceSessionPage;
  listSessions: SessionPage;
  previewSessions: PreviewList;
  resolveSession: ResolvedSession;
  searchSessions: SearchPage;
  importSession: ImportedSession;
  planCleanup: CleanupPlan;
  applyCleanup: AppliedCleanup;
}
