import type { Core } from '../core.ts';
import { failureOf } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { openAgent } from './open-agent.ts';

/** Gets a stranded session an agent because a prompt waits for one. Ends in `bound` or `not_bound`. */
export async function continueSession(core: Core, session: Session): Promise<void> {
  const opening = session.state.openings;
  try {
    session.seat.reserve(() => core.slots.acquire());
    await openAgent(core, session, opening, () => []);
  } catch (error) {
    core.logger.warn(
      { sessionId: session.id, agent: session.state.agent, err: error },
      'session not continued',
    );
    session.submit({ kind: 'not_bound', opening, failure: failureOf(error) });
  }
}
