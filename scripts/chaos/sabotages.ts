/** A change to a source of the daemon under test, made while it is read. */
export interface Sabotage {
  /** What is broken then. */
  readonly meaning: string;
  /** The source, from the root of the repository. */
  readonly file: string;
  readonly replacements: readonly { readonly from: string; readonly to: string }[];
  /** The promises of which at least one must be found broken. */
  readonly betrayedBy: readonly string[];
}

export const sabotageNames = ['publish-before-commit', 'no-dedup'] as const;
export type SabotageName = (typeof sabotageNames)[number];

/** Ways to break the daemon that the harness must find. The product knows nothing of them. */
export const sabotages: Readonly<Record<SabotageName, Sabotage>> = {
  'publish-before-commit': {
    meaning: 'readers and callers hear of events 150 ms before they are written',
    file: 'packages/bridge/src/journal/group-commit.ts',
    replacements: [
      {
        from: 'if (this.#waiting.length === 1) this.#options.clock.nextTick(() => this.#writeOneGroup());',
        to: `this.#options.onDurable(commit); resolve();
             if (this.#waiting.length === 1) this.#options.clock.after(150, () => this.#writeOneGroup());`,
      },
      { from: 'this.#options.onDurable(waiting.commit);\n', to: '\n' },
    ],
    betrayedBy: [
      "every reader's stream is the journal",
      'an id never has another content',
      'every acknowledged prompt has one terminal',
      'acknowledged sessions, names and votes are there',
    ],
  },
  'no-dedup': {
    meaning: 'idempotency keys are not looked up',
    file: 'packages/bridge/src/operations/idempotent-requests.ts',
    replacements: [
      { from: 'const stored = await this.#journal.findKey(scope, key);', to: 'const stored = undefined;' },
      { from: 'const running = this.#running.get(name);', to: 'const running = undefined;' },
    ],
    betrayedBy: ['no prompt runs twice, or beside another'],
  },
};

export const isSabotageName = (text: string): text is SabotageName => Object.hasOwn(sabotages, text);

/** Applies a sabotage to its source. Throws when it no longer fits, so that it cannot pass unseen. */
export function sabotaged(source: string, { file, replacements }: Sabotage): string {
  return replacements.reduce((text, { from, to }) => {
    if (!text.includes(from)) throw new Error(`this sabotage does not fit ${file} any more: ${from}`);
    return text.replace(from, () => to);
  }, source);
}
