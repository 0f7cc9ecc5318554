import { DaemonError } from '@holdfast/protocol';
import type { CommandOf } from './command.ts';
import { requireMember } from './decide-context.ts';
import { type Decision, nothing } from './decision.ts';
import { fact } from './entry.ts';
import type { SessionState } from './state.ts';

/** Cuts the oldest turns off the conversation; what was cut before stays cut. @throws session_changed */
export function decideTrim(state: SessionState, command: CommandOf<'trim'>): Decision {
  requireMember(state, command.clientId);
  const { sessionId, trim } = state;
  const { generation, upToEventId } = command;
  if (generation !== state.generation) {
    throw new DaemonError(
      'session_changed',
      `generation ${state.generation} began while the turns of ${generation} were counted; look at what changed and ask again`,
      { sessionId, generation: state.generation },
    );
  }
  const isCut = trim?.generation === generation && trim.upToEventId >= upToEventId;
  return isCut ? nothing : { entries: [fact('history_trimmed', { generation, upToEventId })], effects: [] };
}
