import type { EditedMetadata, EditMetadataBody, FieldResult, SessionId } from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { MetadataChange } from '../session/entry.ts';
import type { IfMatch } from '../session/if-match.ts';
import type { EditDetails } from '../session/metadata-command.ts';
import type { Session } from '../session/session.ts';
import { closedReasonOf, type SessionState } from '../session/state.ts';
import { checkedAlias, checkedLabels, checkedNotes } from './checked-metadata.ts';
import { type Choices, chooseNow, planChoices } from './choose-settings.ts';
import { touch } from './prompt-session.ts';
import { checkedName } from './update-metadata.ts';

/**
 * Changes what people write about a session and choose of its agent. What is written is changed as a whole or not at
 * all, in one step of the revision; what the agent is asked for follows, field by field.
 * @throws session_not_found, invalid_client_id, invalid_metadata, alias_taken, revision_mismatch
 */
export async function editMetadata(
  core: Core,
  sessionId: SessionId,
  { body, ifMatch }: { readonly body: EditMetadataBody; readonly ifMatch?: IfMatch },
  { clientId }: Caller,
): Promise<EditedMetadata> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, { clientId });
  const change = changeOf(body);
  const settle = change.alias ? await core.aliases.take(change.alias, sessionId) : undefined;
  try {
    // No terminal may overtake the answer of the prompt it ends.
    while (change.isArchived && !session.admissions.isSettled) await session.admissions.settled();
    const isAskable = session.seat.conversation !== undefined && !closes(session.state, change);
    const choices = planChoices(session.state, body, isAskable);
    const revision = await edit(core, session, { change, ...choices.kept, ifMatch, clientId });
    const written = writtenResults(body, session.state);
    const chosen = await chooseNow(core, session, choices, clientId);
    return { sessionId, revision, fields: { ...written, ...chosen } };
  } finally {
    settle?.();
  }
}

/** The revision the edit made, or found where nothing changed. One that archives a live session closes it. */
export async function edit({ logger }: Core, session: Session, details: EditDetails): Promise<number> {
  const was = closedReasonOf(session.state.phase);
  const edited = session.execute({ kind: 'edit', ...details });
  const { revision, phase } = session.state;
  await edited;
  const reason = closedReasonOf(phase);
  if (was === null && reason !== null)
    logger.info({ sessionId: session.id, reason, clientId: details.clientId }, 'session closed');
  return revision;
}

/** What an edit without choices says of them. */
export const noChoices: Choices['kept'] = Object.freeze({ wanted: {}, isFollowed: false });

const closes = (state: SessionState, { isArchived }: MetadataChange): boolean =>
  isArchived === true && !state.metadata.isArchived && closedReasonOf(state.phase) === null;

/** @throws invalid_metadata{field} */
function changeOf(body: EditMetadataBody): MetadataChange {
  const given = {
    displayName: body.displayName === undefined ? undefined : checkedName(body.displayName),
    alias: body.alias === undefined ? undefined : checkedAlias(body.alias),
    labels: body.labels === undefined ? undefined : checkedLabels(body.labels ?? []),
    notes: body.notes === undefined ? undefined : checkedNotes(body.notes),
    isPinned: body.pinned === undefined ? undefined : body.pinned === true,
    isProtected: body.protected === undefined ? undefined : body.protected === true,
    isArchived: body.archived === undefined ? undefined : body.archived === true,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function writtenResults(body: EditMetadataBody, { displayName, metadata }: SessionState) {
  const { alias, labels, notes, isPinned, isProtected, isArchived } = metadata;
  const stored = {
    displayName,
    alias,
    notes,
    pinned: isPinned,
    protected: isProtected,
    archived: isArchived,
  };
  const values = { ...stored, labels: [...labels] };
  const applied = (value: unknown): FieldResult => ({ result: 'applied', value });
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      Reflect.get(body, name) === undefined ? [] : [[name, applied(value)]],
    ),
  );
}
