import type { SeededRandom } from '../chaos/seeded-random.ts';

const common =
  `the a of to in and is it that for with this from not be on as are we can should what why how when
file function test error module class type value list server client session agent event index query cache
change read write add remove move rename fix check run build deploy release return call handle parse render load store
fails passes works breaks slowly again always never first last next other same new old empty wrong`.split(
    /\s+/,
  );

const rare =
  `backpressure checkpoint debounce tombstone keyset journal handshake idempotency quorum rollback sandbox schema
semaphore serializer snapshot throttle tokenizer transaction watermark websocket allocator bitmap bloom cursor daemon
deadlock entropy fixture grammar heuristics invariant jitter kernel latency mutex namespace orphan pagination quota
reactor scheduler telemetry unicode vector warmup xpath yield zipper résumé größe naïve façade`.split(/\s+/);

/** Words of a conversation about code: some in every one, some in few, a name now and then in one alone. */
export function sentence(random: SeededRandom, words: number): string {
  return Array.from({ length: words }, () => wordOf(random)).join(' ');
}

/** What somebody would call a session. */
export const titleText = (random: SeededRandom): string => {
  const text = sentence(random, random.between(2, 6));
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function wordOf(random: SeededRandom): string {
  const share = random.next();
  if (share < 0.02) return `module_${random.between(1, 100_000)}`;
  const list = share < 0.12 ? rare : common;
  // The first of each list are the most frequent ones.
  return list[Math.floor(random.next() ** 2 * list.length)] ?? 'the';
}
