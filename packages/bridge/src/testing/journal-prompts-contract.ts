import { promptIdOf } from '@holdfast/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalStore } from '../journal/store.ts';
import type { PromptRecord } from '../ports/prompt-record.ts';
import {
  freshSession,
  type Medium,
  sampleAppend,
  sampleEvents,
  sampleFact,
  sampleRow,
} from './journal-samples.ts';

const acknowledged = { isAcknowledged: true } as const;
const end = { state: 'completed', startedAt: 1_500, endedAt: 2_000, seq: 7 } as const;

/** How accepted prompts are found by their ids alone. Each adapter runs it. */
export function journalPromptsContract(name: string, openMedium: () => Promise<Medium>): void {
  describe(`${name} finds prompts`, () => {
    let medium: Medium;
    let store: JournalStore;
    beforeEach(async () => {
      medium = await openMedium();
      store = await medium.open();
    });
    afterEach(async () => {
      await store.close();
      await medium.dispose();
    });

    const record = (given: Partial<PromptRecord> = {}): PromptRecord => ({
      promptId: promptIdOf('prompt_1'),
      sessionId: freshSession(),
      generation: 1,
      queuedAt: 1_000,
      end: null,
      ...given,
    });
    const write = (...prompts: readonly PromptRecord[]) =>
      store.journal.commit({
        appends: prompts.map(({ sessionId }) => sampleAppend(sessionId, 0, [sampleFact('admitted')])),
        prompts,
        ...acknowledged,
      });

    it('by their id, whichever session they are of, also after it was opened again', async () => {
      const one = record();
      const other = record({ promptId: promptIdOf('prompt_2'), generation: 3 });
      await write(one, other);
      await store.close();
      store = await medium.open();
      expect(await store.journal.findPrompt(one.promptId)).toEqual(one);
      expect(await store.journal.findPrompt(other.promptId)).toEqual(other);
      expect(await store.journal.findPrompt(promptIdOf('prompt_3'))).toBeUndefined();
    });

    it('with their end once they have one, and among many of the same session', async () => {
      const sessionId = freshSession();
      const many = Array.from({ length: 50 }, (_, place) =>
        record({ promptId: promptIdOf(`prompt_${place}`), sessionId, queuedAt: place }),
      );
      const appends = [sampleAppend(sessionId, 0, sampleEvents(1, 3))];
      await store.journal.commit({ appends, prompts: many, ...acknowledged });
      const ended = many.map((prompt, place) => ({ ...prompt, end: { ...end, seq: place + 1 } }));
      for (const prompt of ended) await store.journal.commit({ prompts: [prompt], ...acknowledged });
      const never = {
        ...record({ sessionId }),
        promptId: promptIdOf('prompt_7'),
        end: { ...end, startedAt: null },
      };
      await store.journal.commit({ prompts: [never], ...acknowledged });
      expect(await store.journal.findPrompt(promptIdOf('prompt_7'))).toEqual(never);
      for (const prompt of ended.slice(8)) {
        expect(await store.journal.findPrompt(prompt.promptId)).toEqual(prompt);
      }
    });

    it('and not those of a commit that failed', async () => {
      const { sessionId, ...rest } = record();
      const appends = [sampleAppend(sessionId, 5, sampleEvents(6, 6))];
      const failed = store.journal.commit({ appends, prompts: [{ sessionId, ...rest }], ...acknowledged });
      await expect(failed).rejects.toMatchObject({ code: 'journal_conflict' });
      expect(await store.journal.findPrompt(rest.promptId)).toBeUndefined();
    });

    it('and none of an erased session, whose neighbours keep theirs', async () => {
      const erased = record();
      const kept = record({ promptId: promptIdOf('prompt_2') });
      await write(erased, kept);
      await store.journal.commit({ rows: [sampleRow({ sessionId: erased.sessionId })], ...acknowledged });
      await store.journal.commit({ erase: [erased.sessionId], ...acknowledged });
      expect(await store.journal.findPrompt(erased.promptId)).toBeUndefined();
      expect(await store.journal.findPrompt(kept.promptId)).toEqual(kept);
      await store.close();
      store = await medium.open();
      expect(await store.journal.findPrompt(erased.promptId)).toBeUndefined();
    });
  });
}
