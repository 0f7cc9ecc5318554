import type { PromptId } from '@holdfast/protocol';
import type { Trim } from './trim.ts';

/** A stretch of a session's life in which its conversation began anew. Kept small: pointers, never the words. */
export interface Generation {
  readonly generation: number;
  /** Id of the last event before it: its own events have greater ones. */
  readonly afterEventId: number;
  /** Id of its last event; null while it lasts. */
  readonly upToEventId: number | null;
  readonly reason: GenerationReason;
  /** Epoch ms. */
  readonly startedAt: number;
  /** What its conversation began with. */
  readonly basis: Basis;
  /** Whether readers heard of it: nothing can be told in the stream of a closed session. */
  readonly isTold: boolean;
}

export type GenerationReason = 'first' | NewGenerationReason;

export type NewGenerationReason = 'new' | 'reset' | 'restore' | 'compact';

export type Basis =
  | { readonly kind: 'nothing' }
  /** The conversation of an earlier generation, up to an event. */
  | { readonly kind: 'history'; readonly generation: number; readonly upToEventId: number }
  /** What the agent said in one turn of the generation before. */
  | {
      readonly kind: 'summary';
      readonly promptId: PromptId;
      readonly afterEventId: number;
      readonly upToEventId: number;
    };

/** A piece of the journal that belongs to a conversation: events after the one id, up to the other. */
export interface Stretch {
  readonly afterEventId: number;
  readonly upToEventId: number;
  /** Set where only the summary counts that the agent gave in this turn. */
  readonly summaryOf: PromptId | null;
}

interface WithGenerations {
  readonly generations: readonly Generation[];
}

interface WithConversation extends WithGenerations {
  readonly trim: Trim | null;
}

/** Generations a session remembers at most. */
export const keptGenerations = 64;

/** The first generation; `startedAt` is epoch ms. */
export const firstGeneration = (startedAt: number): Generation => ({
  generation: 1,
  afterEventId: 0,
  upToEventId: null,
  reason: 'first',
  startedAt,
  basis: { kind: 'nothing' },
  isTold: true,
});

/** The generation a session is in. */
export const currentGeneration = ({ generations }: WithGenerations): Generation =>
  generations.at(-1) ?? firstGeneration(0);

/** The conversation as it stands: the pieces of the journal it consists of, oldest first. */
export const currentLineage = (state: WithConversation): readonly Stretch[] =>
  lineageOf(state, currentGeneration(state).generation);

/** The conversation that an event was part of, up to it. */
export function lineageAt(state: WithConversation, eventId: number): readonly Stretch[] {
  const found = state.generations.findLast(({ afterEventId }) => afterEventId < eventId);
  if (found === undefined) return lineageOf(state, 1, eventId);
  if (found.upToEventId === null || eventId <= found.upToEventId)
    return lineageOf(state, found.generation, eventId);
  // It was part of a generation that is forgotten: what lies between those that are remembered.
  return [{ afterEventId: found.upToEventId, upToEventId: eventId, summaryOf: null }];
}

/** The conversation of one generation up to an event of it. What is not remembered any more is left out. */
export function lineageOf(
  state: WithConversation,
  generation: number,
  upToEventId = Number.MAX_SAFE_INTEGER,
): readonly Stretch[] {
  const found = state.generations.find((candidate) => candidate.generation === generation);
  if (found === undefined) return [];
  const end = Math.min(found.upToEventId ?? upToEventId, upToEventId);
  const own = { afterEventId: found.afterEventId, upToEventId: end, summaryOf: null };
  const whole = [...before(state, found), ...(end > found.afterEventId ? [own] : [])];
  return state.trim?.generation === generation ? withoutTrimmed(whole, state.trim) : whole;
}

/** As it stood at a place before the cut, a conversation is whole. */
function withoutTrimmed(lineage: readonly Stretch[], { upToEventId }: Trim): readonly Stretch[] {
  if ((lineage.at(-1)?.upToEventId ?? 0) <= upToEventId) return lineage;
  return lineage
    .filter((stretch) => stretch.upToEventId > upToEventId)
    .map((stretch) => ({ ...stretch, afterEventId: Math.max(stretch.afterEventId, upToEventId) }));
}

function before(state: WithConversation, { generation, basis }: Generation): readonly Stretch[] {
  switch (basis.kind) {
    case 'nothing':
      return [];
    case 'history':
      // A generation rests on an earlier one, so this ends.
      return basis.generation < generation ? lineageOf(state, basis.generation, basis.upToEventId) : [];
    case 'summary': {
      const { afterEventId, upToEventId, promptId } = basis;
      return [{ afterEventId, upToEventId, summaryOf: promptId }];
    }
    default:
      return basis satisfies never;
  }
}

/** Forgets the oldest generation over the limit: one that neither the current nor a `pinned` one rests on, if possible. */
export function withinLimit(
  generations: readonly Generation[],
  pinned: readonly number[],
): readonly Generation[] {
  if (generations.length <= keptGenerations) return generations;
  const needed = new Set([...pinned, currentGeneration({ generations }).generation]);
  for (const { generation, basis } of generations.toReversed())
    if (needed.has(generation) && basis.kind === 'history') needed.add(basis.generation);
  const unneeded = generations.findIndex(({ generation }) => !needed.has(generation));
  return generations.toSpliced(Math.max(unneeded, 0), 1);
}
