import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalStore } from '../journal/store.ts';
import type { JournalEntry, JournalFact } from '../ports/journal.ts';
import { freshSession, type Medium, sampleAppend, sampleEvent, sampleFact } from './journal-samples.ts';

const put = (content: unknown): JournalFact => ({
  kind: 'fact',
  type: 'extension_put',
  json: JSON.stringify({ content }),
});
const removed: JournalFact = { kind: 'fact', type: 'extension_removed', json: '{}' };

/** How a journal finds what clients keep with a session. */
export function journalExtensionsContract(name: string, openMedium: () => Promise<Medium>): void {
  describe(`${name} finds the facts of extensions`, () => {
    let medium: Medium;
    let store: JournalStore;
    const write = (sessionId: ReturnType<typeof freshSession>, entries: readonly JournalEntry[]) =>
      store.journal.commit({ appends: [sampleAppend(sessionId, 0, entries)], isAcknowledged: true });
    beforeEach(async () => {
      medium = await openMedium();
      store = await medium.open();
    });
    afterEach(async () => {
      await store.close();
      await medium.dispose();
    });

    it('by how many more followed, whatever else was recorded, also after a restart', async () => {
      const [sessionId, neighbour] = [freshSession(), freshSession()];
      const others = [sampleEvent(1), sampleFact('one'), sampleFact('two')];
      await write(neighbour, [put('not mine')]);
      await write(sessionId, [put(1), ...others, put(2), removed, sampleFact('three')]);
      await write(freshSession(), [put('not mine either')]);
      for (const restarted of [false, true]) {
        if (restarted) {
          await store.close();
          store = await medium.open();
        }
        const found = [0, 1, 2, 3].map((skip) => store.journal.findExtensionFact(sessionId, skip));
        expect(await Promise.all(found)).toEqual([removed, put(2), put(1), undefined]);
      }
    });

    it('of no session that was erased', async () => {
      const sessionId = freshSession();
      await write(sessionId, [put(1)]);
      await store.journal.commit({ erase: [sessionId], isAcknowledged: true });
      expect(await store.journal.findExtensionFact(sessionId, 0)).toBeUndefined();
      expect(await store.journal.findExtensionFact(freshSession(), 0)).toBeUndefined();
    });
  });
}
