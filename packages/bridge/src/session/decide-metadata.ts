import { DaemonError, type MetadataChanges } from '@holdfast/protocol';
import type { CommandOf } from './command.ts';
import { decideClose } from './decide-lifecycle.ts';
import { type Decision, nothing, requireRegistered, together } from './decision.ts';
import { event, fact, type MetadataChange, type SessionEntry, type WantedSettings } from './entry.ts';
import { requireRevision } from './if-match.ts';
import type { EditableMetadata } from './metadata.ts';
import { settingsAfter } from './settings.ts';
import { closedReasonOf, type SessionState } from './state.ts';

/** Changes what people write about a session, as one step of its revision; nothing where nothing would change. */
export function decideEdit(state: SessionState, command: CommandOf<'edit'>): Decision {
  const { wanted, isFollowed, ifMatch, clientId } = command;
  requireKnown(state, clientId);
  const { sessionId, revision } = state;
  requireRevision(revision, ifMatch, { sessionId });
  const change = realChange(state, command.change);
  const isChoice = changesSettings(state, wanted);
  const isChange = Object.keys(change).length > 0;
  if (!isChange && !isChoice && !isFollowed) return nothing;
  const entries: SessionEntry[] = [fact('metadata_edited', change)];
  if (isChoice) entries.push(fact('settings_wanted', wanted));
  // Nothing follows a session's terminal in its stream.
  if (closedReasonOf(state.phase) !== null) return { entries, effects: [] };
  if (isChange) {
    const { displayName = state.displayName } = change;
    const told = {
      sessionId,
      displayName: displayName ?? undefined,
      revision: revision + 1,
      changes: changesOf(change),
    };
    entries.push(event('session_metadata_updated', told, { clientId }));
  }
  const edit: Decision = { entries, effects: [] };
  if (change.isArchived !== true) return edit;
  return together(edit, decideClose(state, { kind: 'close', reason: 'client_close', clientId }));
}

/** Closes a session that is about to be erased. @throws session_protected */
export function decidePurge(state: SessionState, { clientId }: CommandOf<'purge'>): Decision {
  requireKnown(state, clientId);
  requireUnprotected(state);
  if (closedReasonOf(state.phase) !== null) return nothing;
  return decideClose(state, { kind: 'close', reason: 'deleted', clientId });
}

/** @throws session_protected */
export function requireUnprotected({ sessionId, metadata }: SessionState): void {
  if (!metadata.isProtected) return;
  throw new DaemonError(
    'session_protected',
    `session ${sessionId} is protected; set protected to false to delete it`,
    { sessionId },
  );
}

export const decideOrphan = ({ parentSessionId }: SessionState): Decision =>
  parentSessionId === null ? nothing : { entries: [fact('orphaned', {})], effects: [] };

/** In a closed session nobody is registered: there everybody is anonymous. @throws invalid_client_id */
export function requireKnown(state: SessionState, clientId: CommandOf<'edit'>['clientId']): void {
  if (closedReasonOf(state.phase) === null) requireRegistered(state, clientId);
}

/** Without what is so already. */
function realChange({ displayName, metadata }: SessionState, change: MetadataChange): MetadataChange {
  const known: EditableMetadata & { displayName: string | null } = { displayName, ...metadata };
  return Object.fromEntries(
    Object.entries(change).filter(
      ([name, value]) =>
        value !== undefined && JSON.stringify(value) !== JSON.stringify(Reflect.get(known, name)),
    ),
  );
}

/** As published: a cleared field is null. */
function changesOf({ isPinned, isProtected, isArchived, labels, ...texts }: MetadataChange): MetadataChanges {
  return {
    ...texts,
    labels: labels === undefined ? undefined : [...labels],
    pinned: isPinned,
    protected: isProtected,
    archived: isArchived,
  };
}

const changesSettings = ({ settings }: SessionState, wanted: WantedSettings): boolean =>
  JSON.stringify(settingsAfter(settings, wanted)) !== JSON.stringify(settingsAfter(settings, {}));
