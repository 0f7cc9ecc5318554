import type { ClientId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { Session } from '../session/session.ts';
import { pendingCount, type TurnRecord } from '../session/state.ts';
import { detachClient } from './detach-client.ts';

interface Created {
  readonly clientId: ClientId;
  /** Whether it was somebody else's already. */
  readonly attached: boolean;
  /** The last turn of the past it began with. */
  readonly lastTurn: TurnRecord | null;
}

/** Undoes a create whose answer nobody got, unless the session is somebody else's by now. Never throws. */
export async function abandonCreated(core: Core, session: Session, created: Created): Promise<void> {
  const { clientId, attached } = created;
  try {
    if (attached || isUsed(session, created)) {
      await detachClient(core, session.id, { clientId });
      return;
    }
    session.end('erased');
    const conversation = session.seat.leave();
    const erased = core.journal.commit({ erase: [session.id], isAcknowledged: false });
    await core.registry.forget(session.id, erased);
    if (conversation === undefined) return;
    await conversation.lease.connection.closeSession(conversation.agentSessionId);
    conversation.lease.release();
  } catch (error) {
    core.logger.error({ sessionId: session.id, err: error }, 'an abandoned create was not undone');
  }
}

const isUsed = ({ state, subscribers }: Session, { clientId, lastTurn }: Created): boolean =>
  subscribers > 0 ||
  pendingCount(state.phase) > 0 ||
  state.lastTurn?.promptId !== lastTurn?.promptId ||
  Object.entries(state.clients).some(([id, count]) => id !== clientId || count > 1);
