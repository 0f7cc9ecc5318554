const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** How long ago an instant was, in its largest unit: `3 h`; `now` below a second, and for what is yet to come. */
export function ageText(atMs: number, nowMs: number): string {
  const elapsedMs = nowMs - atMs;
  for (const [unit, ms] of units) if (elapsedMs >= ms) return `${Math.floor(elapsedMs / ms)} ${unit}`;
  return 'now';
}

/** The same as a person says it: `3 h ago`. */
export function agoText(atMs: number, nowMs: number): string {
  const age = ageText(atMs, nowMs);
  return age === 'now' ? age : `${age} ago`;
}

/** An instant as the clock of this machine's time zone shows it: `2026-11-21 15:04`. */
export function clockText(atMs: number): string {
  const at = new Date(atMs);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The time of day of an instant, in this machine's time zone: `15:04:05`. */
export function timeText(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
}

const two = (value: number) => String(value).padStart(2, '0');
