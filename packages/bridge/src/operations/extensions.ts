import { DaemonError, type Extension, type SessionId, type StoredExtension } from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { extensionOf } from '../session/decide-extensions.ts';
import { decodeEntry } from '../session/envelope.ts';
import { measuredContent } from '../session/extension-limits.ts';
import type { IfMatch } from '../session/if-match.ts';
import type { Session } from '../session/session.ts';
import { touch } from './prompt-session.ts';

interface Place {
  readonly sessionId: SessionId;
  readonly namespace: string;
}

/** Keeps JSON with a session. @throws session_not_found, extension_limit_exceeded, extension_too_large, revision_mismatch */
export async function putExtension(
  core: Core,
  { sessionId, namespace }: Place,
  { content, ifMatch }: { readonly content: unknown; readonly ifMatch?: IfMatch },
  { clientId }: Caller,
): Promise<StoredExtension> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, { clientId });
  const sizeBytes = measuredContent(content);
  const put = session.execute({ kind: 'put_extension', namespace, content, sizeBytes, ifMatch, clientId });
  // The revision of this very change: the state is folded at once.
  const { edits: revision } = session.state.extensions;
  await put;
  return { sessionId, namespace, revision, sizeBytes };
}

/** Reads what is kept in a namespace. @throws session_not_found, extension_not_found, journal_unavailable */
export async function getExtension(core: Core, { sessionId, namespace }: Place): Promise<Extension> {
  const session = await core.registry.wake(sessionId);
  for (;;) {
    await session.written();
    const known = extensionOf(session.state, namespace);
    if (known === undefined) throw missing(sessionId, namespace);
    const { revision, sizeBytes } = known;
    const { edits } = session.state.extensions;
    const fact = await core.journal.findExtensionFact(sessionId, edits - revision);
    const content = fact === undefined ? undefined : contentOf(decodeEntry(fact).entry, known);
    if (content !== undefined) return { sessionId, namespace, revision, sizeBytes, content };
    if (edits === session.state.extensions.edits) throw damaged(session, namespace);
    // Others changed it meanwhile: what was read is not what was looked for.
  }
}

/** Removes a namespace; one that is not there is removed already. @throws session_not_found, revision_mismatch */
export async function deleteExtension(
  core: Core,
  { sessionId, namespace }: Place,
  { ifMatch }: { readonly ifMatch?: IfMatch },
  { clientId }: Caller,
): Promise<void> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, { clientId });
  await session.execute({ kind: 'remove_extension', namespace, ifMatch, clientId });
}

function contentOf(
  entry: ReturnType<typeof decodeEntry>['entry'],
  { revision }: { revision: number },
): unknown {
  return entry.type === 'extension_put' && entry.data.revision === revision ? entry.data.content : undefined;
}

const missing = (sessionId: SessionId, namespace: string): DaemonError =>
  new DaemonError('extension_not_found', `session ${sessionId} keeps nothing in "${namespace}"`, {
    sessionId,
    namespace,
  });

const damaged = ({ id }: Session, namespace: string): DaemonError =>
  new DaemonError(
    'journal_unavailable',
    `what session ${id} keeps in "${namespace}" cannot be read: the journal is damaged there`,
    { sessionId: id, namespace },
  );
