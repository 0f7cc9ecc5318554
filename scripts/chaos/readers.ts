import { setTimeout as pause } from 'node:timers/promises';
import { HoldfastError, isEvent, type Session } from '@holdfast/sdk';
import { type ReaderTrace, seenEvent } from './evidence.ts';
import type { Scene } from './scene.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a reader does with what it reads, and how faithful it is. */
export interface ReaderHabits {
  readonly name: string;
  readonly random: SeededRandom;
  /** Chance to leave after an event and come back with the last id. */
  readonly leaves: number;
  /** Answers what the agent asks for permission. */
  readonly isVoter: boolean;
}

/** Follows a session over all ends of connections, daemons and of the session itself, until the scene is over. */
export async function readSession(scene: Scene, sessionId: string, habits: ReaderHabits): Promise<void> {
  const { name, random, leaves } = habits;
  const trace: ReaderTrace = { name, sessionId, after: 0, events: [] };
  scene.evidence.readers.push(trace);
  const { signal } = scene.over;
  const session = scene.client().session(sessionId);
  while (!signal.aborted) {
    try {
      const after = trace.events.at(-1)?.id ?? 0;
      for await (const event of session.events({ after, signal })) {
        if (isEvent(event, 'state_resync_required') || isEvent(event, 'stream_error'))
          scene.evidence.incidents.push(`${name} of ${sessionId} after ${after}: ${JSON.stringify(event)}`);
        if (event.id === undefined) continue;
        trace.events.push(seenEvent(event));
        if (habits.isVoter && isEvent(event, 'permission_request'))
          void vote(scene, session, event.data, random);
        if (random.chance(leaves)) break;
      }
    } catch (error) {
      // A closed session has nothing more to say; somebody may load it again.
      if (!(error instanceof HoldfastError)) throw error;
      if (error.code !== 'session_not_found')
        scene.evidence.incidents.push(`${name} of ${sessionId}: ${error.code}: ${error.message}`);
    }
    await pause(random.between(5, 80), undefined, { signal }).catch(() => {});
  }
}

interface Question {
  readonly requestId: string;
  readonly options: readonly { readonly optionId: string }[];
}

async function vote(
  scene: Scene,
  session: Session,
  { requestId, options }: Question,
  random: SeededRandom,
): Promise<void> {
  const optionId = random.pick(options)?.optionId;
  const isCancelled = optionId === undefined || random.chance(0.1);
  await pause(random.between(0, 120));
  const outcome = isCancelled
    ? { outcome: 'cancelled' as const }
    : { outcome: 'selected' as const, optionId };
  await scene.insist('vote', async () => {
    await session.vote(requestId, outcome);
    scene.evidence.votes.push({ sessionId: session.sessionId, requestId });
  });
}
