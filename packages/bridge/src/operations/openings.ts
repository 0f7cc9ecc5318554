import type { ClientId } from '@holdfast/protocol';
import type { Session } from '../session/session.ts';

/** A session being made, and who else waits for it. */
interface Opening {
  readonly clientIds: ClientId[];
  readonly session: Promise<{ session: Session; isNew: boolean }>;
}

/** The creates in flight, by what would make two of them the same session. */
export class Openings {
  readonly #byTarget = new Map<string, Opening>();

  /** Joins the create of the same target, or begins one; `begin` gets the live list of waiting clients. */
  async share(
    target: string | undefined,
    clientId: ClientId,
    begin: (clientIds: ClientId[], settle: () => void) => Promise<{ session: Session; isNew: boolean }>,
  ): Promise<{ session: Session; isNew: boolean }> {
    const running = target === undefined ? undefined : this.#byTarget.get(target);
    if (running !== undefined) {
      running.clientIds.push(clientId);
      return { session: (await running.session).session, isNew: false };
    }
    const clientIds = [clientId];
    const settle = () => void (target !== undefined && this.#byTarget.delete(target));
    const session = begin(clientIds, settle).finally(settle);
    if (target !== undefined) this.#byTarget.set(target, { clientIds, session });
    return session;
  }
}
