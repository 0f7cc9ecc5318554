import { type Envelope, isTurnTerminal } from '@holdfast/protocol';

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

/** The prompt in whose turn an event happened, or of which it speaks. */
export function promptOf({ promptId, data }: Envelope): string | undefined {
  if (promptId !== undefined) return promptId;
  if (typeof data !== 'object' || data === null || !('promptId' in data)) return undefined;
  return typeof data.promptId === 'string' ? data.promptId : undefined;
}
