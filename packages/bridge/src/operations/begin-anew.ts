import type { NewGeneration } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { CommandOf } from '../session/command.ts';
import { hasPast, requireGeneration, requireMember } from '../session/decide-context.ts';
import { currentGeneration } from '../session/generations.ts';
import type { Session } from '../session/session.ts';
import type { KeepAnswer } from './idempotent-requests.ts';

/** Names a fresh checkpoint. */
export const checkpointIdFrom = (uuid: string): string => `cp_${uuid}`;

/**
 * Begins a session's next generation once no agent session is being acquired for it; resolves when that is durable.
 * @throws session_changed, checkpoint_not_found, invalid_client_id
 */
export async function beginAnew(
  core: Core,
  session: Session,
  command: CommandOf<'reset'> | CommandOf<'restore_checkpoint'>,
  keep: KeepAnswer,
): Promise<NewGeneration> {
  for (;;) {
    // No terminal may overtake the answer of the prompt it ends.
    while (!session.admissions.isSettled) await session.admissions.settled();
    requireMember(session.state, command.clientId);
    requireGeneration(session.state, command.expectedGeneration);
    if (session.state.phase.kind !== 'opening') break;
    await session.until(({ phase }) => phase.kind !== 'opening');
  }
  // As it is right after the decision: what follows on it is not told here.
  const answers: NewGeneration[] = [];
  await session.execute(command, () => {
    const answer = answerOf(core, session, command.checkpointId);
    answers.push(answer);
    return { keys: keep(answer, session.id) };
  });
  const [answer] = answers;
  return answer ?? answerOf(core, session, command.checkpointId);
}

function answerOf(core: Core, { id, state }: Session, checkpointId: string): NewGeneration {
  const { generation, afterEventId } = currentGeneration(state);
  const isKept = state.checkpoints.some((checkpoint) => checkpoint.checkpointId === checkpointId);
  return {
    sessionId: id,
    generation,
    // The agent session to come begins with nothing, or is told the history with its first prompt.
    context: hasPast(state) ? 'reseeded' : 'fresh',
    checkpointId: isKept ? checkpointId : undefined,
    lastEventId: afterEventId,
    eventEpoch: core.epoch,
  };
}
