/** Quick deaths in a row, and the last of them. */
export interface CrashRecord {
  readonly quickCrashes: number;
  /** As `Clock.elapsedMs` counts. */
  readonly lastCrashAt: number;
}

export interface RestartLimits {
  /** A life shorter than this that nobody asked to end counts as a quick crash (ms). */
  readonly quickLifeMs: number;
  /** As many quick crashes in a row are forgiven without waiting. */
  readonly forgivenCrashes: number;
  /** The first wait (ms); each further quick crash doubles it, up to `maxBackoffMs`. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

export const defaultRestartLimits: RestartLimits = Object.freeze({
  quickLifeMs: 5_000,
  forgivenCrashes: 5,
  backoffMs: 1_000,
  maxBackoffMs: 30_000,
});

export const noCrashes: CrashRecord = Object.freeze({ quickCrashes: 0, lastCrashAt: 0 });

/** Counts an unasked end of a process into the record; a long life wipes it clean. */
export function afterCrash(
  record: CrashRecord,
  life: { readonly startedAt: number; readonly endedAt: number },
  limits: RestartLimits,
): CrashRecord {
  if (life.endedAt - life.startedAt >= limits.quickLifeMs) return noCrashes;
  return { quickCrashes: record.quickCrashes + 1, lastCrashAt: life.endedAt };
}

/** How long a new start must still wait (ms); 0 when it may go ahead. */
export function restartWaitMs(record: CrashRecord, nowMs: number, limits: RestartLimits): number {
  const unforgiven = record.quickCrashes - limits.forgivenCrashes;
  if (unforgiven < 0) return 0;
  const backoffMs = Math.min(limits.backoffMs * 2 ** unforgiven, limits.maxBackoffMs);
  return Math.max(0, record.lastCrashAt + backoffMs - nowMs);
}
