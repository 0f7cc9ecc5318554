import type { FeatureTag, Operation } from '@holdfast/protocol';

/** Tags that promise a behaviour rather than a route of their own, by the tag of the route that has it. */
const behaviours = {
  session_create: ['session_id_override', 'session_scope_override', 'idempotency_keys'],
  session_resume: ['unstable_session_resume'],
  session_branch: ['session_branch_at'],
  session_permission_vote: ['permission_mediation'],
  session_prompt: ['non_blocking_prompt', 'prompt_absolute_deadline'],
  session_events: ['typed_event_schema', 'slow_client_warning', 'durable_events'],
} as const satisfies Partial<Record<FeatureTag, readonly FeatureTag[]>>;

export interface FeatureConditions {
  readonly isAuthRequired: boolean;
  readonly hasAllowedOrigins: boolean;
  /** Whether prompts may carry, or are given, a deadline. */
  readonly hasPromptDeadline: boolean;
}

/** The feature tags that hold for the operations that are served, sorted. */
export function featureTags(
  operations: readonly Operation[],
  { isAuthRequired, hasAllowedOrigins, hasPromptDeadline }: FeatureConditions,
): readonly FeatureTag[] {
  const own = new Set<FeatureTag>(operations.map((operation) => operation.tag));
  const features = new Set(own);
  for (const [tag, implied] of Object.entries(behaviours)) {
    // Object.entries widens the keys of the table above to string.
    if (own.has(tag as FeatureTag)) for (const feature of implied) features.add(feature);
  }
  if (!hasPromptDeadline) features.delete('prompt_absolute_deadline');
  if (isAuthRequired) features.add('require_auth');
  if (hasAllowedOrigins) features.add('allow_origin');
  return [...features].sort();
}
