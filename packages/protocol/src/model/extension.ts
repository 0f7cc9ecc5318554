import { type Static, Type } from 'typebox';

/** Who keeps something with a session. Names that objects have by nature are none. */
export const ExtensionNamespace = Type.String({
  pattern: '^(?!(?:constructor|prototype)$)[a-z0-9][a-z0-9._-]{0,63}$',
  description: '1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit.',
});

/** What is kept in one namespace, without it. */
export const ExtensionSummary = Type.Object({
  namespace: ExtensionNamespace,
  revision: Type.Integer({
    minimum: 1,
    description:
      'Rises with each change of an extension of the session, so that none is given twice; the ETag.',
  }),
  sizeBytes: Type.Integer({ minimum: 0 }),
});
export type ExtensionSummary = Static<typeof ExtensionSummary>;
