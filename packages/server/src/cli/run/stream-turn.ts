import { type Envelope, isSessionTerminal } from '@holdfast/protocol';
import { isEvent, promptOf, type Session } from '@holdfast/sdk';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { openTerminal } from '../terminal-question.ts';
import { writePieces } from '../write-pieces.ts';
import { answerView } from './answer-view.ts';
import { permissionDesk } from './permission-desk.ts';
import { turnFilter } from './turn-filter.ts';

export interface TurnRequest {
  readonly session: Session;
  readonly promptId: string;
  /** Where to begin; default where the session was created. */
  readonly from: { readonly lastEventId: number; readonly eventEpoch: string } | undefined;
  /** Whether the prompt joins a turn that runs: then that one's answer is its own. */
  readonly isJoining: boolean;
  readonly isJson: boolean;
  readonly allow: 'ask' | 'all' | 'none';
  /** Ends the watching, not the turn. */
  readonly signal: AbortSignal;
}

/** Shows a turn as it happens, answers its permission requests, and gives the exit code its end means. */
export async function streamTurn({
  session,
  promptId,
  from,
  isJoining,
  isJson,
  allow,
  signal,
}: TurnRequest): Promise<ExitCode> {
  const view = answerView();
  const say = (text: string) => void writePieces([...(isJson ? [] : view.endLine()), { to: 'aside', text }]);
  const desk = permissionDesk({
    session,
    allow,
    terminal: allow === 'ask' ? openTerminal() : undefined,
    say,
  });
  const isShown = turnFilter(promptId, { isJoining });
  let isLost = false;
  const onConnection = ({ phase }: { readonly phase: string }) => {
    if (phase === 'waiting' && !isLost)
      say('the connection to the daemon is lost; waiting for it to come back\n');
    if (phase === 'open' && isLost) say('the daemon is back\n');
    isLost = phase !== 'open' && (isLost || phase === 'waiting');
  };
  try {
    for await (const event of session.events({ ...startOf(from), signal, onConnection })) {
      if (!isShown(event)) continue;
      await writePieces(isJson ? [{ to: 'answer', text: `${JSON.stringify(event)}\n` }] : view.take(event));
      // Others answer for their own turns.
      if (isEvent(event, 'permission_request') && promptOf(event) === promptId) desk.take(event.data);
      if (isEvent(event, 'permission_resolved')) desk.settle(event.data.requestId);
      const outcome = outcomeOf(event, promptId);
      if (outcome === undefined) continue;
      if (outcome.complaint !== undefined) say(`holdfast: ${outcome.complaint}\n`);
      return outcome.code;
    }
  } finally {
    await desk.close();
  }
  if (!signal.aborted) say('holdfast: the session ended before the turn did\n');
  return signal.aborted ? exitCodes.cancelled : exitCodes.failed;
}

const startOf = (from: TurnRequest['from']) =>
  from === undefined ? {} : { after: from.lastEventId, eventEpoch: from.eventEpoch };

interface Outcome {
  readonly code: ExitCode;
  readonly complaint?: string;
}

/** What an event means for the run, when it ends it. */
export function outcomeOf(event: Envelope, promptId: string): Outcome | undefined {
  if (isEvent(event, 'turn_complete') && event.data.promptId === promptId) {
    const { stopReason } = event.data;
    if (stopReason === 'cancelled') return { code: exitCodes.cancelled, complaint: 'cancelled' };
    return stopReason === 'end_turn'
      ? { code: exitCodes.ok }
      : { code: exitCodes.failed, complaint: `the agent stopped: ${stopReason}` };
  }
  if (isEvent(event, 'turn_error') && event.data.promptId === promptId) {
    return {
      code: exitCodes.failed,
      complaint: `the turn failed (${event.data.code}): ${event.data.message}`,
    };
  }
  if (isSessionTerminal(event.type))
    return { code: exitCodes.failed, complaint: `the session ended (${event.type})` };
  return undefined;
}
