import { type Static, Type } from 'typebox';
import { AgentState, Context } from './agent-state.ts';
import { EventEpochText, EventId, IsoInstant, PromptIdText, SessionIdText } from './primitives.ts';

/** What create answers, and load, resume and branch begin with. */
export const CreatedSession = Type.Object({
  sessionId: SessionIdText,
  workspaceCwd: Type.String(),
  agent: Type.String(),
  attached: Type.Boolean({ description: 'True when the session existed before this request.' }),
  clientId: Type.String(),
  createdAt: IsoInstant,
  hasActivePrompt: Type.Boolean(),
  modelApplied: Type.Optional(Type.Boolean()),
  lastEventId: EventId,
  eventEpoch: EventEpochText,
  promptId: Type.Optional(PromptIdText),
});
export type CreatedSession = Static<typeof CreatedSession>;

/** What load and resume answer. `lastEventId` is the cursor to subscribe after. */
export const RestoredSession = Type.Object({
  ...CreatedSession.properties,
  state: AgentState,
  context: Context,
});
export type RestoredSession = Static<typeof RestoredSession>;

/** What a branch answers. */
export const BranchedSession = Type.Object({
  ...RestoredSession.properties,
  displayName: Type.String(),
  forkedFrom: Type.Object({
    sessionId: SessionIdText,
    displayName: Type.Optional(Type.String()),
    atEventId: EventId,
  }),
});
export type BranchedSession = Static<typeof BranchedSession>;
