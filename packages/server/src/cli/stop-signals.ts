import type { EventEmitter } from 'node:events';
import type { Clock } from '@holdfast/bridge';

/** What was asked: a clean stop first; insisting on it means now. */
export interface StopListeners {
  onStop(signal: NodeJS.Signals): void;
  onInsist(signal: NodeJS.Signals): void;
}

/** Wrappers such as npm deliver one Ctrl-C twice, a few milliseconds apart. */
const echoMs = 300;
const stopping: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Listens for signals that stop the process; the returned call stops listening. Idempotent. */
export function listenForStop(
  clock: Pick<Clock, 'elapsedMs'>,
  { onStop, onInsist }: StopListeners,
  signals: EventEmitter = process,
): () => void {
  let lastAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const now = clock.elapsedMs();
    const isFirst = lastAt === undefined;
    const isEcho = lastAt !== undefined && now - lastAt <= echoMs;
    if (isEcho) return;
    lastAt = now;
    if (isFirst) onStop(signal);
    else onInsist(signal);
  };
  for (const signal of stopping) signals.on(signal, onSignal);
  return () => {
    for (const signal of stopping) signals.off(signal, onSignal);
  };
}
