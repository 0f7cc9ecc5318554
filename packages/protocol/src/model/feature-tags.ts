/** Feature tags of `/capabilities` that published clients know. */
export const seedFeatureTags = [
  'health',
  'capabilities',
  'session_create',
  'session_id_override',
  'session_scope_override',
  'session_load',
  'session_resume',
  'unstable_session_resume',
  'session_list',
  'session_prompt',
  'session_cancel',
  'session_events',
  'slow_client_warning',
  'typed_event_schema',
  'session_set_model',
  'client_identity',
  'client_heartbeat',
  'session_permission_vote',
  'permission_vote',
  'session_context',
  'session_supported_commands',
  'session_status',
  'session_close',
  'session_metadata',
  'session_approval_mode_control',
  'permission_mediation',
  'non_blocking_prompt',
  'session_branch',
  'session_archive',
  'session_transcript',
] as const;

/** Feature tags of our own. */
export const ownFeatureTags = [
  'durable_events',
  'idempotency_keys',
  'session_branch_at',
  'session_steer',
  'session_abort',
  'session_reset',
  'session_compact',
  'session_trim',
  'session_checkpoints',
  'session_extensions',
  'session_preview',
  'session_resolve',
  'session_search',
  'session_index_events',
  'session_export',
  'session_cleanup',
  'agents_import',
] as const;

/** Feature tags that depend on how the daemon was started. */
export const conditionalFeatureTags = [
  'require_auth',
  'allow_origin',
  'rate_limit',
  'prompt_absolute_deadline',
] as const;

export type FeatureTag =
  | (typeof seedFeatureTags)[number]
  | (typeof ownFeatureTags)[number]
  | (typeof conditionalFeatureTags)[number];
