import { shellQuote } from '../config/shell-words.ts';

/** How a person runs this command line: the repository's scripts say so, npx sets what it is, an installed one is `holdfast`. */
export const invocation = (env: Readonly<Record<string, string | undefined>>) =>
  env['HOLDFAST_INVOKED_AS'] ?? (env['npm_command'] === 'exec' ? 'npx holdfast' : 'holdfast');

/** A command line to copy, every word quoted as far as a shell needs it. */
export const commandLine = (invokedAs: string, words: readonly string[]) =>
  [invokedAs, ...words.map(shellQuote)].join(' ');
