import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { DaemonError } from '@holdfast/protocol';
import type { CommandArguments } from '../parse-arguments.ts';

/** What one `holdfast run` is to do. */
export interface RunRequest {
  readonly prompt: string;
  /** The agent's name; absent: the daemon's default. */
  readonly agent: string | undefined;
  /** `name=command args`, for a daemon of our own. */
  readonly agentCommand: string | undefined;
  /** Absolute; undefined leaves it to a daemon elsewhere. */
  readonly cwd: string | undefined;
  readonly model: string | undefined;
  readonly mode: string | undefined;
  readonly allow: 'ask' | 'all' | 'none';
  readonly isJson: boolean;
  readonly url: string | undefined;
}

/** Reads the request off the command line, and the prompt off stdin for `-`. @throws invalid_option */
export async function readRunRequest({
  positionals,
  texts,
  switches,
}: CommandArguments): Promise<RunRequest> {
  const [given = ''] = positionals;
  const prompt = await readPrompt(given);
  const { agent, url } = texts;
  const isDefinition = agent?.includes('=') ?? false;
  const isElsewhere = url !== undefined && texts['cwd'] === undefined;
  return {
    prompt,
    agent: isDefinition ? agent?.slice(0, agent.indexOf('=')) : agent,
    agentCommand: isDefinition ? agent : undefined,
    cwd: isElsewhere ? undefined : resolve(texts['cwd'] ?? '.'),
    model: texts['model'],
    mode: texts['mode'],
    allow: allowOf(texts['allow'], switches['yes'] ?? false),
    isJson: switches['json'] ?? false,
    url,
  };
}

/** The prompt that was given, or stdin for `-`. @throws invalid_option when it is empty */
export async function readPrompt(given: string): Promise<string> {
  const prompt = given === '-' ? await text(process.stdin) : given;
  if (prompt.trim() !== '') return prompt;
  throw new DaemonError('invalid_option', 'the prompt is empty: say what the agent is to do');
}

/** Who answers permission requests. @throws invalid_option for a contradiction */
export function allowOf(word: string | undefined, isYes: boolean): RunRequest['allow'] {
  if (isYes && word !== undefined && word !== 'all') {
    throw new DaemonError(
      'invalid_option',
      `--yes grants everything and --allow ${word} does not: leave one out`,
    );
  }
  return isYes || word === 'all' ? 'all' : word === 'none' ? 'none' : 'ask';
}
