import type { ClientId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { Session } from '../session/session.ts';
import { detachClient } from './detach-client.ts';

/** Undoes a create whose answer nobody got, unless the session is somebody else's by now. Never throws. */
export async function abandonCreated(
  core: Core,
  session: Session,
  clientId: ClientId,
  attached: boolean,
): Promise<void> {
  try {
    if (attached || isUsed(session, clientId)) {
      await detachClient(core, session.id, { clientId });
      return;
    }
    session.end('erased');
    const conversation = session.seat.leave();
    await core.journal.commit({ erase: [session.id], isAcknowledged: false });
    core.registry.leave(session.id);
    if (conversation === undefined) return;
    await conversation.lease.connection.closeSession(conversation.agentSessionId);
    conversation.lease.release();
  } catch (error) {
    core.logger.error({ sessionId: session.id, err: error }, 'an abandoned create was not undone');
  }
}

const isUsed = ({ state, subscribers }: Session, clientId: ClientId): boolean =>
  subscribers > 0 ||
  state.turnCount > 0 ||
  state.firstPrompt !== null ||
  Object.entries(state.clients).some(([id, count]) => id !== clientId || count > 1);
