import {
  DaemonError,
  type SessionId,
  type SessionMetadata,
  type UpdateMetadataBody,
} from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { touch } from './prompt-session.ts';

const maxDisplayNameChars = 256;

/** Sets or clears what people call a session; answers the stored value. @throws invalid_metadata{field} */
export async function updateMetadata(
  core: Core,
  sessionId: SessionId,
  { displayName }: UpdateMetadataBody,
  caller: Caller,
): Promise<SessionMetadata> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, caller);
  if (displayName !== undefined) {
    const name = checkedName(displayName);
    await session.execute({ kind: 'rename', displayName: name, clientId: caller.clientId });
  }
  return { sessionId, displayName: session.state.displayName ?? undefined };
}

/** An empty name clears. */
export function checkedName(displayName: string | null): string | null {
  if (displayName === null || displayName === '') return null;
  if (displayName.length <= maxDisplayNameChars && !/\p{Cc}/u.test(displayName)) return displayName;
  throw new DaemonError(
    'invalid_metadata',
    `displayName must be at most ${maxDisplayNameChars} characters without control characters; got ${displayName.length} characters`,
    { field: 'displayName' },
  );
}
