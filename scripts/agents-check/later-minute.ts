import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for the next minute of the clock, after which Gemini's record of a session has another name. */
export const untilLaterMinute = (): Promise<void> => sleep(60_000 - (Date.now() % 60_000) + 200);
