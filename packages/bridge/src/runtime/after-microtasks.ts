/** Resolves once every promise reaction that is due has run, still within this turn of the event loop. */
export const afterMicrotasks = (): Promise<void> =>
  // Ticks run when the microtask queue is empty; a tick asked for outside it would come before the reactions.
  new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
