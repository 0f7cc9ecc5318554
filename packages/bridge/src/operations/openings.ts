import type { ClientId } from '@holdfast/protocol';
import type { Session } from '../session/session.ts';

interface Made {
  readonly session: Session;
  readonly isNew: boolean;
}

/** A session being made, and who else waits for it. */
interface Opening {
  readonly details: string;
  readonly clientIds: ClientId[];
  /** Whether the session was recorded with the clients that waited by then. */
  isCounted: boolean;
  readonly made: Promise<Made>;
}

/** What a create was given. */
export interface Shared extends Made {
  /** Whether the client was registered with the session's first entries; else it still is to be. */
  readonly isRegistered: boolean;
}

/** The creates in flight, by what would make two of them the same session. */
export class Openings {
  readonly #byTarget = new Map<string, Opening>();

  /**
   * Joins the create of the same target, or begins one; `begin` takes the clients that wait as it records them. One
   * that asked for other details is not among them: the caller refuses it.
   */
  async share(
    target: string | undefined,
    details: string,
    clientId: ClientId,
    begin: (takeClients: () => readonly ClientId[]) => Promise<Made>,
  ): Promise<Shared> {
    const running = target === undefined ? undefined : this.#byTarget.get(target);
    if (running !== undefined) {
      const isInTime = !running.isCounted && running.details === details;
      if (isInTime) running.clientIds.push(clientId);
      const { session } = await running.made;
      return { session, isNew: false, isRegistered: isInTime && running.isCounted };
    }
    const clientIds = [clientId];
    const takeClients = () => {
      opening.isCounted = true;
      return clientIds;
    };
    const made = Promise.resolve().then(() => begin(takeClients));
    const opening: Opening = { details, clientIds, isCounted: false, made };
    if (target === undefined) return { ...(await made), isRegistered: opening.isCounted };
    this.#byTarget.set(target, opening);
    try {
      return { ...(await made), isRegistered: opening.isCounted };
    } finally {
      this.#byTarget.delete(target);
    }
  }
}
