import { type Static, Type } from 'typebox';
import { EpochMs, SessionIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';

const off = (description: string) =>
  Type.Optional(Type.Number({ minimum: 0, description: `${description} 0 is off.` }));

export const CleanupAction = Type.Enum(['archive', 'purge']);
export type CleanupAction = Static<typeof CleanupAction>;

export const PlanCleanupBody = Type.Object(
  {
    olderThanMs: off('Sessions without activity for longer.'),
    maxSessions: off('Sessions beyond this number, the longest inactive first.'),
    maxBytes: off('Sessions beyond this size of all records, the longest inactive first.'),
    agent: Type.Optional(Type.String({ description: 'Only sessions of this agent.' })),
    cwd: Type.Optional(Type.String({ description: 'Only sessions of this directory.' })),
    action: Type.Optional(Type.Enum(['archive', 'purge'], { description: 'Default archive.' })),
    protect: Type.Optional(
      Type.Array(Type.String(), { maxItems: 1_000, description: 'Sessions to leave alone.' }),
    ),
  },
  { additionalProperties: false },
);
export type PlanCleanupBody = Static<typeof PlanCleanupBody>;

export const PlannedCleanup = Type.Object({
  sessionId: SessionIdText,
  action: CleanupAction,
  reason: Type.Enum(['older_than', 'max_sessions', 'max_bytes']),
  bytes: Type.Integer({ minimum: 0, description: 'Of its events and facts, as text.' }),
  title: Type.Optional(Type.String()),
  activityAt: EpochMs,
});
export type PlannedCleanup = Static<typeof PlannedCleanup>;

export const CleanupPlan = Type.Object({
  planId: Type.String(),
  expiresAt: EpochMs,
  actions: Type.Array(PlannedCleanup),
  remaining: Type.Integer({ minimum: 0, description: 'Actions left for a next plan: one holds 1,000.' }),
});
export type CleanupPlan = Static<typeof CleanupPlan>;

export const planCleanup = defineOperation({
  name: 'planCleanup',
  method: 'POST',
  path: '/sessions/cleanup',
  summary:
    'Says which sessions a cleanup would archive or purge, and why; changes none. Running, queued, watched, pinned and protected sessions are left alone.',
  body: PlanCleanupBody,
  responses: { 200: CleanupPlan },
  errors: [],
  scope: 'write',
  tag: 'session_cleanup',
  isSeed: false,
});

export const CleanupSkip = Type.Enum([
  'gone',
  'changed',
  'running',
  'watched',
  'pinned',
  'protected',
  'already_archived',
  'failed',
]);
export type CleanupSkip = Static<typeof CleanupSkip>;

export const CleanupOutcome = Type.Object({
  sessionId: SessionIdText,
  action: CleanupAction,
  outcome: Type.Enum(['done', 'skipped']),
  reason: Type.Optional(CleanupSkip),
  message: Type.Optional(Type.String()),
});
export type CleanupOutcome = Static<typeof CleanupOutcome>;

export const AppliedCleanup = Type.Object({ planId: Type.String(), results: Type.Array(CleanupOutcome) });
export type AppliedCleanup = Static<typeof AppliedCleanup>;

export const applyCleanup = defineOperation({
  name: 'applyCleanup',
  method: 'POST',
  path: '/sessions/cleanup/:planId/apply',
  summary: 'Carries out a plan made less than 15 minutes ago; each session is looked at again first.',
  params: Type.Object({ planId: Type.String() }),
  body: Type.Object({}, { additionalProperties: false }),
  responses: { 200: AppliedCleanup },
  errors: ['cleanup_plan_not_found'],
  scope: 'write',
  tag: 'session_cleanup',
  isSeed: false,
});
