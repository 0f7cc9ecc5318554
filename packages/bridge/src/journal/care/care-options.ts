import type { Clock } from '../../ports/clock.ts';

/** How far a long look at a journal has come. */
export interface CareProgress {
  /** What is done, and what there is to do, in `unit`. */
  readonly done: number;
  readonly total: number;
  readonly unit: 'sessions' | 'pages';
}

/** What every care of a journal may be given. */
export interface CareOptions {
  readonly onProgress?: (progress: CareProgress) => void;
  readonly clock?: Clock;
}
