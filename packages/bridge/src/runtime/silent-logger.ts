import type { Logger } from '../ports/logger.ts';

const ignore = () => {};

/** Says nothing: the default of an embedding host that passes no logger. */
export const silentLogger: Logger = Object.freeze({
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
});
