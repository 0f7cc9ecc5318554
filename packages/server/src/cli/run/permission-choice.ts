import { oneLine } from './answer-view.ts';

/** An answer the agent offers. */
export interface Choice {
  readonly optionId: string;
  readonly name: string;
  readonly kind: string;
}

/** The vote of a run that asks nobody: what it grants or refuses, never an option the agent did not offer. */
export function choiceWithoutAsking(allow: 'all' | 'none', options: readonly Choice[]): Choice | undefined {
  const order = allow === 'all' ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always'];
  return order
    .map((kind) => options.find((option) => option.kind === kind))
    .find((option) => option !== undefined);
}

/** What the person's line means: an option by its number, the turn's end, or nothing yet. */
export function choiceFromAnswer(answer: string, options: readonly Choice[]): Choice | 'cancel' | undefined {
  const word = answer.trim().toLowerCase();
  if (word === 'c' || word === 'cancel') return 'cancel';
  if (/^\d+$/.test(word)) return options[Number(word) - 1];
  if (word === 'y' || word === 'yes') return choiceWithoutAsking('all', options);
  return word === 'n' || word === 'no' ? choiceWithoutAsking('none', options) : undefined;
}

/** The question, with its numbered options. */
export function questionText(title: string, options: readonly Choice[]): string {
  const rows = options.map(({ name }, index) => `  ${index + 1}) ${oneLine(name)}\n`).join('');
  return `The agent asks: ${oneLine(title)}\n${rows}`;
}

/** What a permission is about: the tool call's title, or what identifies it. */
export function permissionTitle(toolCall: Readonly<Record<string, unknown>>): string {
  const named = [toolCall['title'], toolCall['kind'], toolCall['toolCallId']].find(
    (text) => typeof text === 'string',
  );
  return named === undefined ? 'a tool call' : String(named);
}
