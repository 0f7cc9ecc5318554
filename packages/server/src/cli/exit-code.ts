import { DaemonError } from '@holdfast/protocol';

/** The exit codes of the command line; here and nowhere else. 130 is what shells give for Ctrl-C. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of a failure: a mistake on the command line is told apart from everything else. */
export const exitCodeOf = (thrown: unknown): ExitCode =>
  thrown instanceof DaemonError && thrown.code === 'invalid_option' ? exitCodes.usage : exitCodes.failed;
