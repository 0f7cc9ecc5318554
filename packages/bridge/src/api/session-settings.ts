import type { SessionContext, SessionId, SupportedCommands } from '@holdfast/protocol';
import type { Caller } from './caller.ts';

/** What the agent offers, and what is chosen of it. */
export interface SessionSettings {
  /** @throws capability_missing, agent_error */
  setSessionModel(sessionId: SessionId, modelId: string, caller: Caller): Promise<void>;
  /** @throws invalid_mode, capability_missing, agent_error */
  setSessionMode(
    sessionId: SessionId,
    modeId: string,
    caller: Caller,
  ): Promise<{ readonly previous?: string }>;
  getSessionContext(sessionId: SessionId): Promise<SessionContext>;
  getSupportedCommands(sessionId: SessionId): Promise<SupportedCommands>;
}
