import type { Operation } from '@holdfast/protocol';

/** Whether an operation answers with an event stream. */
export function isStream(operation: Operation): boolean {
  return Object.values(operation.responses).includes('stream');
}
