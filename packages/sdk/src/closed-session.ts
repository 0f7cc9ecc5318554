import { HoldfastError } from './holdfast-error.ts';

/** Whether a call failed because the session is closed although nobody wanted it closed: loading it goes against no one. */
export function isClosedForWantOfUse(thrown: unknown): boolean {
  if (!(thrown instanceof HoldfastError) || thrown.code !== 'session_not_found') return false;
  const { state, reason } = thrown.details;
  return state === 'closed' && reason !== 'client_close';
}
