/** One thing that was looked at. `missing` is optional and absent; only `broken` fails the command. */
export interface Finding {
  readonly topic: string;
  readonly status: 'ok' | 'warning' | 'missing' | 'broken';
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}
