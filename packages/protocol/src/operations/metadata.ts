import { type Static, Type } from 'typebox';
import { MetadataChanges } from '../model/editable-metadata.ts';
import { SessionIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';

const {
  displayName,
  alias,
  labels,
  notes,
  pinned,
  protected: isProtected,
  archived,
} = MetadataChanges.properties;

const Choice = Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 1024 }), Type.Null()]));

export const EditMetadataBody = Type.Object(
  {
    displayName,
    alias,
    labels,
    notes,
    pinned,
    protected: isProtected,
    archived,
    modelId: Choice,
    modeId: Choice,
    config: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([Type.String({ maxLength: 1024 }), Type.Boolean(), Type.Null()]),
        {
          maxProperties: 64,
          description: "The agent's config options by id.",
        },
      ),
    ),
  },
  { additionalProperties: false },
);
export type EditMetadataBody = Static<typeof EditMetadataBody>;

/** What became of one field of an edit. */
export const FieldResult = Type.Object({
  result: Type.Enum(['applied', 'pending', 'unsupported', 'rejected'], {
    description:
      '`applied`: in force. `pending`: kept, and applied with the next agent session. `unsupported`: the agent has no such thing. `rejected`: see `reason`.',
  }),
  value: Type.Unknown({ description: 'What holds now, or will with the next agent session; null: cleared.' }),
  code: Type.Optional(Type.String({ description: 'Why it was rejected, by the table of errors.' })),
  reason: Type.Optional(Type.String({ description: 'Why it was rejected, in words.' })),
});
export type FieldResult = Static<typeof FieldResult>;

const field = Type.Optional(FieldResult);

export const EditedMetadata = Type.Object({
  sessionId: SessionIdText,
  revision: Type.Integer({ minimum: 0, description: 'After this edit; the ETag.' }),
  fields: Type.Object(
    {
      displayName: field,
      alias: field,
      labels: field,
      notes: field,
      pinned: field,
      protected: field,
      archived: field,
      modelId: field,
      modeId: field,
      config: Type.Optional(Type.Record(Type.String(), FieldResult)),
    },
    { description: 'One result for each field of the body.' },
  ),
});
export type EditedMetadata = Static<typeof EditedMetadata>;

export const editMetadata = defineOperation({
  name: 'editMetadata',
  method: 'PATCH',
  path: '/session/:id',
  summary:
    'Changes what people write about a session and choose of its agent, whatever state it is in; null clears, absent leaves as it is. `archived: true` closes a live session.',
  params: sessionParams,
  body: EditMetadataBody,
  responses: { 200: EditedMetadata },
  fieldErrors: {
    displayName: 'invalid_metadata',
    alias: 'invalid_metadata',
    labels: 'invalid_metadata',
    notes: 'invalid_metadata',
  },
  errors: ['session_not_found', 'invalid_client_id', 'invalid_metadata', 'alias_taken', 'revision_mismatch'],
  scope: 'write',
  tag: 'session_metadata',
  isSeed: false,
});
