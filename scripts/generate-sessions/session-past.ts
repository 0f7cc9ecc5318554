import { join } from 'node:path';
import {
  agentSessionIdOf,
  type ClosedReason,
  type PromptId,
  promptIdFrom,
  type SessionId,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { Commit, JournalEntry } from '../../packages/bridge/src/ports/journal.ts';
import { event, fact, type SessionEntry } from '../../packages/bridge/src/session/entry.ts';
import { encodeEntries } from '../../packages/bridge/src/session/envelope.ts';
import { foldEntries } from '../../packages/bridge/src/session/fold-entries.ts';
import { LastWords } from '../../packages/bridge/src/session/last-words.ts';
import type { SessionPosition } from '../../packages/bridge/src/session/position.ts';
import { toRow } from '../../packages/bridge/src/session/snapshot.ts';
import { type SeededRandom, seededRandom } from '../chaos/seeded-random.ts';
import { agents } from './agent-offers.ts';
import { sentence, titleText } from './words.ts';

export interface PastOptions {
  readonly count: number;
  readonly workspace: string;
  /** When the newest was active, epoch ms. */
  readonly until: number;
  /** Turns of each session; as people have them where it is absent: mostly one or two. */
  readonly turns?: number;
}

const projects = 20;
const minuteMs = 60_000;
const labels = ['bug', 'feature', 'review', 'spike', 'docs', 'release', 'urgent', 'later'];
const closings = ['client_close', 'idle_timeout', 'last_client_detached'] as const satisfies ClosedReason[];

/** The directories the sessions live in. */
export const projectsOf = (workspace: string): readonly string[] =>
  Array.from({ length: projects }, (_, nth) => join(workspace, `project-${String(nth).padStart(2, '0')}`));

/**
 * What a daemon did over months: sessions of several agents in several directories, most of a turn or two, half of them
 * closed, half stranded by a restart, some named, labelled, archived or with a parent.
 */
export class SessionPast {
  readonly #options: PastOptions;
  readonly #cwds: readonly string[];
  readonly #parents: SessionId[] = [];

  constructor(options: PastOptions) {
    this.#options = options;
    this.#cwds = projectsOf(options.workspace);
  }

  /** Session number `nth`, the first the oldest: a minute between two. */
  session(nth: number): Commit {
    const { count, until } = this.#options;
    const random = seededRandom(nth, 'past session');
    const sessionId = sessionIdFrom(uuid(random));
    const life = new Life(sessionId, until - (count - nth) * minuteMs);
    life.begin(this.#beginning(sessionId, nth, random));
    const usual = random.chance(0.6) ? 1 : random.between(2, random.chance(0.8) ? 3 : 8);
    const turns = this.#options.turns ?? usual;
    for (let turn = 0; turn < turns; turn += 1) life.turn(random);
    const isArchived = random.chance(0.05);
    const reason = random.pick(closings) ?? 'client_close';
    if (isArchived || random.chance(0.5)) life.record(event('session_closed', { sessionId, reason }));
    else life.record(fact('stranded', { cause: 'daemon_restart' }));
    if (isArchived) life.record(fact('metadata_edited', { isArchived }));
    return life.commit();
  }

  #beginning(sessionId: SessionId, nth: number, random: SeededRandom): readonly SessionEntry[] {
    const cwd = random.pick(this.#cwds) ?? this.#options.workspace;
    const agent = random.weighted({ demo: 60, qwen: 20, gemini: 12, claude: 8 });
    const parent = random.chance(0.03) ? random.pick(this.#parents) : undefined;
    if (nth % 50 === 0 && this.#parents.length < 200) this.#parents.push(sessionId);
    const agentSessionId = agentSessionIdOf(uuid(random));
    const { workspace } = this.#options;
    return [
      fact('session_opened', {
        ...{ sessionId, cwd, workspace, agent, isDefaultTarget: false, mcpServers: [] },
        parentSessionId: parent ?? null,
        displayName: random.chance(0.2) ? titleText(random) : null,
        metadata: {
          labels: random.chance(0.15) ? [random.pick(labels) ?? ''] : [],
          isPinned: random.chance(0.01),
          alias: random.chance(0.01) ? `alias-${nth}` : null,
        },
      }),
      event('session_created', { sessionId, workspaceCwd: cwd, agent, agentSessionId, binding: 1 }),
      fact('agent_bound', { agentSessionId, binding: 1, isSeeded: true, ...agents[agent] }),
    ];
  }
}

/** The entries of one session as they come about, minutes apart, and the state they give. */
class Life {
  readonly #sessionId: SessionId;
  readonly #entries: JournalEntry[] = [];
  readonly #words = new LastWords();
  #position: SessionPosition = { state: null, lastSeq: 0, nextSeq: 1 };
  #at: number;

  constructor(sessionId: SessionId, at: number) {
    this.#sessionId = sessionId;
    this.#at = at;
  }

  begin(entries: readonly SessionEntry[]): void {
    this.record(...entries);
  }

  turn(random: SeededRandom): void {
    const sessionId = this.#sessionId;
    const promptId = promptIdFrom(uuid(random));
    const text = sentence(random, random.between(6, 25));
    const said = (sessionUpdate: string, words: string) =>
      update(sessionId, promptId, { sessionUpdate, content: { type: 'text', text: words } });
    this.#at += random.between(1, 10) * minuteMs;
    this.record(
      fact('prompt_admitted', {
        ...{ promptId, content: [{ type: 'text', text }], clientId: null },
        ...{ deadlineAt: null, meta: undefined },
      }),
      fact('prompt_started', { promptId }),
      said('user_message_chunk', text),
    );
    this.#at += random.between(2, 90) * 1_000;
    const chunks = Array.from({ length: random.between(1, 4) }, () =>
      said('agent_message_chunk', `${sentence(random, random.between(8, 20))} `),
    );
    const usage = update(sessionId, promptId, {
      ...{ sessionUpdate: 'usage_update', used: random.between(500, 90_000), size: 200_000 },
    });
    const title = update(sessionId, promptId, {
      ...{ sessionUpdate: 'session_info_update', title: titleText(random) },
    });
    this.record(...chunks, ...(random.chance(0.3) ? [title] : []), ...(random.chance(0.4) ? [usage] : []));
    const failure = { sessionId, promptId, message: 'the daemon was stopped', code: 'interrupted' } as const;
    this.record(
      random.chance(0.03)
        ? event('turn_error', failure, { promptId })
        : event('turn_complete', { sessionId, promptId, stopReason: 'end_turn' }, { promptId }),
    );
  }

  record(...decided: readonly SessionEntry[]): void {
    const { state, nextSeq } = this.#position;
    const entries = this.#words.recordedIn(decided, state?.phase);
    this.#entries.push(...encodeEntries(entries, nextSeq, this.#at).entries);
    this.#position = foldEntries(this.#position, entries, this.#at);
  }

  commit(): Commit {
    const { state, lastSeq } = this.#position;
    if (state === null) throw new Error('a session without a beginning');
    return {
      appends: [{ sessionId: this.#sessionId, expectedSeq: 0, entries: this.#entries }],
      rows: [toRow(state, lastSeq)],
      isAcknowledged: false,
    };
  }
}

const update = (
  sessionId: SessionId,
  promptId: PromptId,
  data: Readonly<Record<string, unknown>> & { readonly sessionUpdate: string },
): SessionEntry => event('session_update', { sessionId, update: data }, { promptId });

/** A version 4 UUID, the same for the same choices. */
function uuid(random: SeededRandom): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
