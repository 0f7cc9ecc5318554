import { type Envelope, isTurnTerminal } from '@holdfast/protocol';
import { promptOf } from '@holdfast/sdk';

/**
 * Picks what is shown of a prompt out of its session's events: its own, and those of no prompt. One that joins a turn that
 * runs shows what that turn says until its end. Keeps state: give it the events in order.
 */
export function turnFilter(
  promptId: string,
  { isJoining }: { readonly isJoining: boolean },
): (event: Envelope) => boolean {
  let isWithOthers = isJoining;
  return (event) => {
    const of = promptOf(event);
    if (of === undefined || of === promptId) return true;
    if (isTurnTerminal(event.type)) isWithOthers = false;
    return isWithOthers;
  };
}
