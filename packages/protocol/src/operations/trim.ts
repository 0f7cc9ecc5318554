import { type Static, Type } from 'typebox';
import { Trimmed } from '../model/trimmed.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';

export const TrimSessionBody = Type.Object(
  {
    keepTurns: Type.Optional(
      Type.Integer({ minimum: 1, description: 'How many finished turns stay, the newest ones.' }),
    ),
    beforeEventId: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Turns that ended before this event go. Exactly one of this and `keepTurns`; the newest finished turn always stays.',
      }),
    ),
    archive: Type.Optional(
      Type.Boolean({
        description:
          'Default true: what goes stays in the journal, for exports, searches, branches and checkpoints. False erases it, with what was trimmed before.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type TrimSessionBody = Static<typeof TrimSessionBody>;

export const trimSession = defineOperation({
  name: 'trimSession',
  method: 'POST',
  path: '/session/:id/trim',
  summary:
    'Cuts the oldest turns off the conversation, whole ones only: replays, pages of messages and what an agent is told anew begin after them.',
  params: sessionParams,
  body: TrimSessionBody,
  responses: { 200: Trimmed },
  errors: ['session_not_found', 'invalid_client_id', 'session_changed'],
  scope: 'write',
  tag: 'session_trim',
  isSeed: false,
});
