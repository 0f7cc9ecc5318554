import { DaemonError } from '@holdfast/protocol';

/** What an option was given: its flag without dashes, and the words. */
export interface Given {
  readonly flag: string;
  readonly text: string;
}

/** A whole number within its bounds. @throws invalid_option */
export function wholeNumber(
  { flag, text }: Given,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
  const bounds = maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum} on` : `from ${minimum} to ${maximum}`;
  throw wrong({ flag, text }, `a whole number ${bounds}`);
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `90s`, `12h`, `30d` as milliseconds; 0 needs no unit. @throws invalid_option */
export function durationMs({ flag, text }: Given): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  if (text === '0') return 0;
  if (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' || unit === 'w')
    return Math.round(Number(amount) * unitMs[unit]);
  throw wrong({ flag, text }, 'a duration such as 90s, 30m, 12h, 7d or 4w');
}

const unitBytes = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const;

/** `500M`, `2GiB` or a number of bytes, as bytes. @throws invalid_option */
export function sizeBytes({ flag, text }: Given): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt])?(?:i?b)?$/i.exec(text) ?? [];
  const power = unit?.toLowerCase();
  if (amount !== undefined && power === undefined) return Math.round(Number(amount));
  if (power === 'k' || power === 'm' || power === 'g' || power === 't')
    return Math.round(Number(amount) * unitBytes[power]);
  throw wrong({ flag, text }, 'a size such as 500M or 2GiB');
}

/** `7d` (that long ago) or a date such as `2026-11-01` or `2026-11-01T12:00`, as epoch ms. @throws invalid_option */
export function instantMs({ flag, text }: Given, nowMs: number): number {
  if (/^\d+(?:\.\d+)?[smhdw]$/.test(text)) return nowMs - durationMs({ flag, text });
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw wrong({ flag, text }, 'a date such as 2026-11-01 or an age such as 7d');
}

const wrong = ({ flag, text }: Given, what: string) =>
  new DaemonError('invalid_option', `--${flag} must be ${what}; got ${JSON.stringify(text)}`);
