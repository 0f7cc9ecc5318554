import { type Static, Type } from 'typebox';
import { ExtensionNamespace, ExtensionSummary } from '../model/extension.ts';
import { SessionIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';

const extensionParams = Type.Object({ id: SessionIdText, namespace: ExtensionNamespace });

export const PutExtensionBody = Type.Object(
  {
    content: Type.Unknown({
      description:
        'Any JSON: at most 32 levels deep, 4096 values, 512 members an object, 262144 bytes; 1048576 bytes a session.',
    }),
  },
  { additionalProperties: false },
);
export type PutExtensionBody = Static<typeof PutExtensionBody>;

export const StoredExtension = Type.Object({ sessionId: SessionIdText, ...ExtensionSummary.properties });
export type StoredExtension = Static<typeof StoredExtension>;

export const Extension = Type.Object({ ...StoredExtension.properties, content: Type.Unknown() });
export type Extension = Static<typeof Extension>;

const shared = {
  params: extensionParams,
  tag: 'session_extensions',
  isSeed: false,
} as const;

export const putExtension = defineOperation({
  ...shared,
  name: 'putExtension',
  method: 'PUT',
  path: '/session/:id/extensions/:namespace',
  summary:
    'Keeps JSON of a client with a session, in a namespace of its own, whatever state the session is in. The ETag is the revision.',
  body: PutExtensionBody,
  responses: { 200: StoredExtension },
  errors: [
    'session_not_found',
    'invalid_client_id',
    'extension_limit_exceeded',
    'extension_too_large',
    'revision_mismatch',
  ],
  scope: 'write',
});

export const getExtension = defineOperation({
  ...shared,
  name: 'getExtension',
  method: 'GET',
  path: '/session/:id/extensions/:namespace',
  summary: 'Returns what a client keeps in a namespace of a session.',
  responses: { 200: Extension },
  errors: ['session_not_found', 'extension_not_found'],
  scope: 'read',
});

export const deleteExtension = defineOperation({
  ...shared,
  name: 'deleteExtension',
  method: 'DELETE',
  path: '/session/:id/extensions/:namespace',
  summary: 'Removes a namespace of a session; one that is not there is removed already.',
  responses: { 204: null },
  errors: ['session_not_found', 'invalid_client_id', 'revision_mismatch'],
  scope: 'write',
});
