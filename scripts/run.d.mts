/** Path of the repository. */
export const root: string;
/** The executable of a Node >= 22.18. */
export function nodeBinary(): string;
/** Runs FILE with its arguments in the foreground; resolves with its exit code. */
export function runNode(
  file: string,
  args: readonly string[],
  options?: {
    readonly flags?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
    readonly stdio?: import('node:child_process').StdioOptions;
  },
): Promise<number>;
