/**
 * Whether a session is to be looked at for turns to forget. `forgottenAt` is how many turns it had when that was done last,
 * undefined when it was not since the start. As looking reads what is retained, a tenth more than `retainedTurns` (0 = all)
 * may gather before it.
 */
export function isForgettingDue(
  { turnCount, forgottenAt }: { readonly turnCount: number; readonly forgottenAt: number | undefined },
  retainedTurns: number,
): boolean {
  if (retainedTurns === 0 || turnCount <= retainedTurns) return false;
  return forgottenAt === undefined || turnCount - forgottenAt >= Math.max(1, Math.floor(retainedTurns / 10));
}
