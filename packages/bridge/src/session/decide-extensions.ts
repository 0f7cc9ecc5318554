import type { CommandOf } from './command.ts';
import { requireKnown } from './decide-metadata.ts';
import { type Decision, nothing } from './decision.ts';
import { event, fact, type SessionFact } from './entry.ts';
import { requireWithin } from './extension-limits.ts';
import { requireRevision } from './if-match.ts';
import { closedReasonOf, type SessionState } from './state.ts';

/** Keeps a value in a namespace. @throws revision_mismatch, extension_limit_exceeded, extension_too_large */
export function decidePutExtension(state: SessionState, command: CommandOf<'put_extension'>): Decision {
  const { namespace, content, sizeBytes, ifMatch, clientId } = command;
  requireKnown(state, clientId);
  requireRevision(extensionOf(state, namespace)?.revision ?? null, ifMatch, about(state, namespace));
  const others = Object.entries(state.extensions.namespaces).filter(([name]) => name !== namespace);
  requireWithin('maxNamespaces', others.length + 1);
  requireWithin(
    'maxSessionBytes',
    others.reduce((sum, [, other]) => sum + other.sizeBytes, sizeBytes),
  );
  const revision = state.extensions.edits + 1;
  return told(state, command, fact('extension_put', { namespace, revision, sizeBytes, content }), revision);
}

/** Removes a namespace; one that is not there is removed already. @throws revision_mismatch */
export function decideRemoveExtension(state: SessionState, command: CommandOf<'remove_extension'>): Decision {
  const { namespace, ifMatch, clientId } = command;
  requireKnown(state, clientId);
  const known = extensionOf(state, namespace);
  requireRevision(known?.revision ?? null, ifMatch, about(state, namespace));
  if (known === undefined) return nothing;
  return told(state, command, fact('extension_removed', { namespace }), undefined);
}

/** What a session says of a namespace; undefined where nothing is kept in it. */
export const extensionOf = ({ extensions: { namespaces } }: SessionState, namespace: string) =>
  Object.hasOwn(namespaces, namespace) ? namespaces[namespace] : undefined;

const about = ({ sessionId }: SessionState, namespace: string) => ({ sessionId, namespace });

/** Readers of an open session hear of it; nothing follows the terminal of a closed one. */
function told(
  state: SessionState,
  { namespace, clientId }: { readonly namespace: string; readonly clientId?: CommandOf<'edit'>['clientId'] },
  change: SessionFact,
  revision: number | undefined,
): Decision {
  if (closedReasonOf(state.phase) !== null) return { entries: [change], effects: [] };
  const updated = event('extension_updated', { ...about(state, namespace), revision }, { clientId });
  return { entries: [change, updated], effects: [] };
}
