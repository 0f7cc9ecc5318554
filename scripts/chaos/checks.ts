import type { Evidence, ReaderTrace, SeenEvent } from './evidence.ts';

/** What one promise came to: what breaks it, one line each. */
export interface Verdict {
  readonly promise: string;
  /** How many things were looked at; a check that looked at nothing shows nothing. */
  readonly looked: number;
  readonly faults: readonly string[];
}

const sessionTerminals: ReadonlySet<string> = new Set(['session_closed', 'session_died']);
const turnTerminals: ReadonlySet<string> = new Set(['turn_complete', 'turn_error']);

/** Judges a run. */
export function judge(evidence: Evidence): readonly Verdict[] {
  return [
    idsRise(evidence),
    idsMeanOneThing(evidence),
    readersSawTheJournal(evidence),
    acknowledgedPromptsEndOnce(evidence),
    startedPromptsEndOnce(evidence),
    promptsRunAtMostOnce(evidence),
    finishedPromptsRan(evidence),
    acknowledgedChangesAreThere(evidence),
    questionsAreAnsweredOnce(evidence),
    {
      promise: 'every session comes to rest',
      looked: evidence.journals.size,
      faults: evidence.restless,
    },
    { promise: 'nothing unexpected is answered, every end is clean', looked: 1, faults: evidence.incidents },
    {
      promise: 'no process survives',
      looked: 1,
      faults: evidence.survivors.map((pid) => `process ${pid} still runs`),
    },
    {
      promise: 'the database is sound',
      looked: 1,
      faults: evidence.integrity === 'ok' ? [] : [evidence.integrity],
    },
  ];
}

function idsRise({ journals }: Evidence): Verdict {
  const faults = [...journals].flatMap(([sessionId, events]) =>
    events.flatMap(({ id }, position) => {
      const before = events[position - 1]?.id ?? 0;
      return id > before ? [] : [`${sessionId}: ${id} follows ${before}`];
    }),
  );
  return { promise: 'event ids strictly rise', looked: journals.size, faults };
}

function idsMeanOneThing({ journals, readers }: Evidence): Verdict {
  const meanings = new Map<string, string>();
  const faults: string[] = [];
  const look = (who: string, sessionId: string, { id, digest, type }: SeenEvent) => {
    const name = `${sessionId} ${id}`;
    const known = meanings.get(name);
    if (known === undefined) meanings.set(name, digest);
    else if (known !== digest) faults.push(`${who}: event ${name} (${type}) has two contents`);
  };
  for (const [sessionId, events] of journals) for (const event of events) look('journal', sessionId, event);
  for (const { name, sessionId, events } of readers) for (const event of events) look(name, sessionId, event);
  return { promise: 'an id never has another content', looked: meanings.size, faults };
}

/** What a reader has is a slice of the journal, whole to its end; terminals that a later restore superseded excepted. */
function readersSawTheJournal({ journals, readers }: Evidence): Verdict {
  const faults = readers.flatMap((reader) => {
    const journal = journals.get(reader.sessionId);
    if (journal === undefined)
      return reader.events.length === 0 ? [] : [`${reader.name}: session ${reader.sessionId} is gone`];
    const fault = firstDifference(reader, journal);
    return fault === undefined ? [] : [`${reader.name} of ${reader.sessionId}: ${fault}`];
  });
  const looked = readers.reduce((sum, { events }) => sum + events.length, 0);
  return { promise: "every reader's stream is the journal", looked, faults };
}

function firstDifference({ after, events }: ReaderTrace, journal: readonly SeenEvent[]): string | undefined {
  const kept = new Set(journal.map(({ id }) => id));
  const seen = events.filter(({ id, type }) => !(sessionTerminals.has(type) && !kept.has(id)));
  const due = journal.filter(({ id }) => id > after);
  for (const [position, event] of due.entries()) {
    const got = seen[position];
    if (got === undefined) return `ends before ${event.id} (${event.type}) of ${journal.at(-1)?.id}`;
    if (got.id !== event.id || got.digest !== event.digest)
      return `has ${got.id} (${got.type}) in place of ${event.id} (${event.type})`;
  }
  const extra = seen[due.length];
  return extra === undefined ? undefined : `has ${extra.id} (${extra.type}) which the journal lacks`;
}

function acknowledgedPromptsEndOnce({ prompts, journals }: Evidence): Verdict {
  const faults = prompts.flatMap(({ sessionId, promptId, token }) => {
    const ends = terminalsOf(journals.get(sessionId) ?? [], promptId);
    return ends.length === 1 ? [] : [`${token} (${promptId} of ${sessionId}) has ${ends.length} terminals`];
  });
  return { promise: 'every acknowledged prompt has one terminal', looked: prompts.length, faults };
}

function startedPromptsEndOnce({ journals }: Evidence): Verdict {
  let looked = 0;
  const faults = [...journals].flatMap(([sessionId, events]) => {
    const promptIds = new Set(events.flatMap(({ promptId }) => promptId ?? []));
    looked += promptIds.size;
    return [...promptIds].flatMap((promptId) => {
      const ends = terminalsOf(events, promptId);
      return ends.length === 1 ? [] : [`${promptId} of ${sessionId} has ${ends.length} terminals`];
    });
  });
  return { promise: 'every prompt of the journal has one terminal', looked, faults };
}

const terminalsOf = (events: readonly SeenEvent[], promptId: string) =>
  events.filter((event) => event.promptId === promptId && turnTerminals.has(event.type));

/** By the agent's own log. */
function promptsRunAtMostOnce({ executions }: Evidence): Verdict {
  const counts = new Map<string, number>();
  for (const { text } of executions) {
    const token = tokenOf(text);
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  const repeated = [...counts].flatMap(([token, count]) =>
    count === 1 ? [] : [`${token} reached an agent ${count} times`],
  );
  const overlaps = executions.flatMap(({ overlap, text }) =>
    overlap === true ? [`${tokenOf(text)} reached a busy agent session`] : [],
  );
  return {
    promise: 'no prompt runs twice, or beside another',
    looked: executions.length,
    faults: [...repeated, ...overlaps],
  };
}

/** Marks a prompt's text so that the agent's log shows which it was. */
export const marked = (text: string, token: string): string => `${text}\nchaos token ${token}`;

const tokenOf = (text: string): string => /chaos token (\S+)/.exec(text)?.[1] ?? text;

function finishedPromptsRan({ prompts, journals, executions }: Evidence): Verdict {
  const ran = new Set(executions.map(({ text }) => tokenOf(text)));
  const finished = prompts.filter(({ sessionId, promptId }) =>
    terminalsOf(journals.get(sessionId) ?? [], promptId).some(
      ({ type, data }) => type === 'turn_complete' && data?.['stopReason'] !== 'cancelled',
    ),
  );
  const faults = finished.flatMap(({ token }) => (ran.has(token) ? [] : [`${token} never reached an agent`]));
  return { promise: 'a prompt that ended well ran', looked: finished.length, faults };
}

function acknowledgedChangesAreThere(evidence: Evidence): Verdict {
  const { sessions, names, votes, journals, recordedNames } = evidence;
  const has = (sessionId: string, type: string, field: string, value: string) =>
    journals.get(sessionId)?.some((event) => event.type === type && event.data?.[field] === value) === true;
  const faults = [
    ...sessions.flatMap((id) => (journals.get(id)?.length ? [] : [`session ${id} is gone`])),
    ...names.flatMap(({ sessionId, displayName }) =>
      recordedNames.has(displayName) ? [] : [`the name ${displayName} of ${sessionId} is gone`],
    ),
    ...votes.flatMap(({ sessionId, requestId }) =>
      has(sessionId, 'permission_resolved', 'requestId', requestId)
        ? []
        : [`the vote on ${requestId} of ${sessionId} is gone`],
    ),
  ];
  const looked = sessions.length + names.length + votes.length;
  return { promise: 'acknowledged sessions, names and votes are there', looked, faults };
}

function questionsAreAnsweredOnce({ journals }: Evidence): Verdict {
  let looked = 0;
  const faults = [...journals].flatMap(([sessionId, events]) => {
    const resolutions = events.filter(({ type }) => type === 'permission_resolved');
    const asked = events.filter(({ type }) => type === 'permission_request');
    looked += asked.length;
    return asked.flatMap(({ data }) => {
      const answers = resolutions.filter((event) => event.data?.['requestId'] === data?.['requestId']);
      return answers.length === 1
        ? []
        : [`${data?.['requestId']} of ${sessionId} has ${answers.length} resolutions`];
    });
  });
  return { promise: 'every permission request has one outcome', looked, faults };
}
