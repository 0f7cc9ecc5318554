import type { AgentNumber, AgentOptions } from './agent-options.ts';

/** Waits as many milliseconds as a flag says; undefined when it says nothing. */
export function optionDelay(options: AgentOptions, name: AgentNumber): Promise<void> | undefined {
  const ms = options.numbers.get(name) ?? 0;
  return ms === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}
