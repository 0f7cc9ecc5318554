// What to put into a prompt so that an agent does what a step needs: each agent is told in its own way.
import { member, parseObject, text } from '../agents-check/json-reader.ts';

/** A prompt and what shows that the agent did as it was told. */
export interface Task {
  readonly prompt: string;
  /** Throws when it did not; `said` is the text of the answer. */
  confirm(said: string): void;
}

export interface AgentScript {
  /** Whether turns end within milliseconds, so that a step may run many. */
  readonly isInstant: boolean;
  /** The mode and the model to switch to, as the agent calls them; undefined where it has no choice. */
  readonly modeId: string | undefined;
  readonly modelId: string | undefined;
  /** Whether it publishes commands. */
  readonly hasCommands: boolean;
  /** Answers with exactly this text. */
  answer(words: string): Task;
  /** Answers in small pieces for several seconds. */
  long(): Task;
  /** Asks once for permission, for something below `folder`; confirms what `isGranted` says. */
  permission(isGranted: boolean, folder: string): Task;
  /** Shows whether its model knows of words of an earlier turn. */
  recall(earlier: string): Task;
}

/** The script of the demo agent: directives, one a line. */
export const demoScript: AgentScript = {
  isInstant: true,
  modeId: 'auto',
  modelId: 'demo-deep',
  hasCommands: true,
  answer: (words) => ({
    prompt: `/say ${words}`,
    confirm: (said) => expectPart(said, words),
  }),
  long: () => ({
    prompt: '/stream count=600 bytes=16 every-ms=10',
    confirm: (said) => expectPart(said, '…'),
  }),
  permission: (isGranted) => ({
    prompt: '/permission options=allow_once,reject_once',
    confirm: (said) => expectPart(said, isGranted ? 'selected allow-once' : /selected reject-once|cancelled/),
  }),
  recall: (earlier) => ({
    prompt: '/history chars=20000',
    // It remembers how many messages it had, or it was told the words again with the prompt.
    confirm(said) {
      const memory = parseObject(said);
      const isRemembered = Number(member(memory, 'earlierUserMessages')) > 0;
      if (!isRemembered) expectPart(text(member(memory, 'firstBlock')), earlier);
    },
  }),
};

export function expectPart(said: string, part: string | RegExp): void {
  const isThere = typeof part === 'string' ? said.includes(part) : part.test(said);
  if (!isThere) throw new Error(`the agent said ${JSON.stringify(said.slice(0, 400))}, without ${part}`);
}
