import { type Static, Type } from 'typebox';
import { loose } from './loose.ts';
import { EpochMs, PromptIdText, RequestIdText } from './primitives.ts';

/** An answer the agent offers; kinds may repeat. Source: ACP PermissionOption. */
export const PermissionOption = loose(
  Type.Object({
    optionId: Type.String(),
    name: Type.String(),
    kind: Type.String({
      description: '`allow_once`, `allow_always`, `reject_once`, `reject_always`, or a word of the agent.',
    }),
  }),
);
export type PermissionOption = Static<typeof PermissionOption>;

/** How a permission request ended, or how a client votes. Source: ACP RequestPermissionOutcome. */
export const PermissionOutcome = Type.Union([
  Type.Object({ outcome: Type.Literal('selected'), optionId: Type.String() }),
  Type.Object({
    outcome: Type.Literal('cancelled'),
    reason: Type.Optional(Type.String({ description: 'Why, when no client asked for it.' })),
  }),
]);
export type PermissionOutcome = Static<typeof PermissionOutcome>;

/** The tool call as the agent sent it with its request. */
export const PermissionToolCall = loose(Type.Object({ toolCallId: Type.Optional(Type.String()) }));
export type PermissionToolCall = Static<typeof PermissionToolCall>;

export const PermissionPolicy = Type.Enum(['first-responder', 'designated', 'local-only', 'consensus']);
export type PermissionPolicy = Static<typeof PermissionPolicy>;

/** A permission request that waits for an answer. */
export const PendingPermission = Type.Object({
  requestId: RequestIdText,
  promptId: Type.Optional(PromptIdText),
  toolCall: PermissionToolCall,
  options: Type.Array(PermissionOption),
  requestedAt: EpochMs,
});
export type PendingPermission = Static<typeof PendingPermission>;
