import type { PromptBlock } from './entry.ts';
import type { AgentReportedState } from './state.ts';

/** How long a compaction may take where prompts have no deadline, ms. */
export const compactionDeadlineMs = 600_000;

/** What agents call their own command, in order of preference. Source: the published commands of real agents. */
const commandNames = ['compact', 'compress', 'summarize'];

const handoffRequest = [
  'Write a handoff summary of this conversation. Another instance of you will go on from it and will see nothing else.',
  "Cover: the user's goals and constraints, what was decided and why, what was done (files, commands, results), what is open, and the next step.",
  'Do not do any further work and do not call tools. Answer with the summary alone.',
].join('\n');

/** The agent's published compact command; undefined where it has none. Source: ACP available_commands_update. */
export function compactCommand({ catalog }: AgentReportedState): string | undefined {
  const published = new Set(
    catalog.availableCommands.map((command) =>
      typeof command === 'object' && command !== null && 'name' in command ? command.name : undefined,
    ),
  );
  return commandNames.find((name) => published.has(name));
}

/** The prompt that runs a command of the agent. */
export const commandPrompt = (name: string, instructions: string | null): readonly PromptBlock[] => [
  { type: 'text', text: instructions === null ? `/${name}` : `/${name} ${instructions}` },
];

/** The prompt that asks for a summary to go on from. */
export const handoffPrompt = (instructions: string | null): readonly PromptBlock[] => [
  {
    type: 'text',
    text: instructions === null ? handoffRequest : `${handoffRequest}\nThe user adds: ${instructions}`,
  },
];
