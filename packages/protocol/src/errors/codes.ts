/**
 * Every way Holdfast can refuse or fail, once. The status codes are in `http-status.ts`.
 * `retryable`: the same request may succeed later without being changed.
 */

type ErrorRow = { readonly title: string; readonly retryable: boolean };

// Marked pure, here and wherever a table is computed: bundlers drop what an application does not use.
/* @__NO_SIDE_EFFECTS__ */
const row = (title: string): ErrorRow => ({ title, retryable: false });
/* @__NO_SIDE_EFFECTS__ */
const retry = (title: string): ErrorRow => ({ title, retryable: true });

/** The table of error codes: what each means, and whether trying again can help. */
export const errorCodes = {
  // The request itself
  unauthorized: row('Unauthorized'),
  host_forbidden: row('Host not allowed'),
  origin_forbidden: row('Origin not allowed'),
  not_found: row('Route not found'),
  method_not_allowed: row('Method not allowed'),
  body_too_large: row('Body too large'),
  unsupported_media_type: row('Unsupported media type'),
  not_acceptable: row('Not acceptable'),
  invalid_json: row('Invalid JSON'),
  invalid_request: row('Invalid request'),
  invalid_client_id: row('Invalid client id'),
  invalid_cursor: row('Invalid cursor'),
  invalid_cwd: row('Invalid working directory'),
  invalid_deadline_ms: row('Invalid deadline'),
  invalid_idempotency_key: row('Invalid idempotency key'),
  invalid_metadata: row('Invalid metadata'),
  invalid_mode: row('Invalid mode'),
  invalid_option_id: row('Invalid permission option'),
  invalid_prompt: row('Invalid prompt'),
  invalid_session_id: row('Invalid session id'),
  invalid_session_scope: row('Invalid session scope'),
  workspace_mismatch: row('Outside the workspaces'),
  idempotency_mismatch: row('Idempotency key used with another body'),
  idempotency_in_flight: retry('Request with this idempotency key still running'),
  revision_mismatch: row('Revision mismatch'),
  capability_missing: row('Capability missing'),
  invalid_import: row('Invalid import'),

  // Sessions and turns
  session_not_found: row('Session not found'),
  session_exists: row('Session exists'),
  session_changed: row('Session changed'),
  ambiguous: row('Several sessions are meant'),
  generation_not_found: row('Generation not found'),
  cleanup_plan_not_found: row('Cleanup plan not found'),
  session_protected: row('Session protected'),
  session_has_children: row('Session has children'),
  alias_taken: row('Alias taken'),
  extension_not_found: row('Extension not found'),
  extension_limit_exceeded: row('Extension limit exceeded'),
  extension_too_large: row('Extension too large'),
  session_limit_exceeded: retry('Session limit reached'),
  subscriber_limit_exceeded: retry('Subscriber limit reached'),
  prompt_queue_full: retry('Prompt queue full'),
  prompt_in_progress: row('Prompt in progress'),
  prompt_not_found: row('Prompt not found'),
  prompt_mismatch: row('Prompt of another session'),
  prompt_deadline_exceeded: row('Prompt deadline exceeded'),
  permission_not_found: row('Permission request not found'),
  permission_forbidden: row('Permission vote not allowed'),
  checkpoint_not_found: row('Checkpoint not found'),
  branch_point_invalid: row('Branch point invalid'),
  branch_while_prompt_active: row('Branch refused while a prompt is active'),
  restore_in_progress: retry('Restore in progress'),
  session_restore_timeout: retry('Session restore timed out'),
  interrupted: row('Interrupted by a stop of the daemon'),
  context_unavailable: row('Context could not be restored'),

  // Agents
  agent_not_found: row('Agent not found'),
  agent_unavailable: row('Agent unavailable'),
  agent_start_failed: row('Agent failed to start'),
  agent_auth_required: row('Agent needs a login'),
  agent_error: row('Agent error'),
  agent_exited: row('Agent exited'),
  init_timeout: retry('Agent did not initialize in time'),

  // The daemon
  shutting_down: retry('Daemon is shutting down'),
  overloaded: retry('Daemon overloaded'),
  journal_unavailable: retry('Journal unavailable'),
  journal_conflict: row('Journal conflict'),
  state_dir_in_use: row('State directory in use'),
  state_unreadable: row('State unreadable'),
  invalid_option: row('Invalid option'),
  internal: row('Internal error'),
} as const satisfies Record<string, ErrorRow>;

/** The name of a failure, as it travels in `code`. */
export type ErrorCode = keyof typeof errorCodes;

/** Tells whether a string is a code of the table. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorCodes, text);
