import { type Static, Type } from 'typebox';
import { EpochMs, EventId, PromptIdText } from './primitives.ts';

/** One event as it is stored and as it travels: the JSON of a frame's `data` line. */
export const Envelope = Type.Object({
  id: Type.Optional(EventId),
  v: Type.Literal(1),
  type: Type.String(),
  data: Type.Unknown(),
  originatorClientId: Type.Optional(Type.String({ description: 'The client whose request caused it.' })),
  promptId: Type.Optional(PromptIdText),
  _meta: Type.Object({ serverTimestamp: EpochMs }),
});
export type Envelope = Static<typeof Envelope>;
