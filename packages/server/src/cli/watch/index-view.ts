import type { IndexEvent } from '@holdfast/sdk';
import { timeText } from '../age-text.ts';
import { type Paint, plain } from '../paint.ts';
import { oneLine } from '../run/answer-view.ts';
import { sessionTable, stateCell } from '../sessions/session-table.ts';
import { cutEnd } from '../text-table.ts';

export interface IndexSurroundings {
  /** Characters of a line; undefined where lines may be of any length. */
  readonly width?: number | undefined;
  readonly paint?: Paint;
}

type Row = Extract<IndexEvent, { type: 'session_changed' }>['data']['patch'];

/** Turns what is told of the sessions there are into what a person reads: the list, then a line for each change they can see. */
export function indexView({ width, paint = plain }: IndexSurroundings) {
  const shown = new Map<string, string>();
  return {
    /** What one event adds; changes of what is not shown add nothing. */
    take(event: IndexEvent, nowMs: number): string {
      switch (event.type) {
        case 'snapshot': {
          const { sessions } = event.data;
          for (const row of sessions) shown.set(row.sessionId, faceOf(row));
          const rows = sessions.map(({ preview, ...row }) => row);
          return sessions.length === 0 ? 'no sessions yet\n' : sessionTable(rows, { nowMs, width, paint });
        }
        case 'session_changed': {
          const { sessionId, patch } = event.data;
          const face = faceOf(patch);
          if (shown.get(sessionId) === face) return '';
          shown.set(sessionId, face);
          return changeLine(patch, { nowMs, paint });
        }
        case 'session_removed':
          shown.delete(event.data.sessionId);
          return `${paint('dim', timeText(nowMs))}  ${event.data.sessionId}  ${paint('red', 'deleted')}\n`;
        case 'reset':
          shown.clear();
          return `${paint('dim', timeText(nowMs))}  the list begins anew (${event.data.reason})\n`;
        default:
          return event satisfies never;
      }
    },
  };
}

/** What of a session a line shows. */
function faceOf({
  state,
  isWaitingForPermission,
  title,
  alias,
  archived,
  lastTurn,
}: Pick<Row, 'state' | 'isWaitingForPermission'> & Partial<FaceFields>): string {
  const turn = lastTurn == null ? null : [lastTurn.promptId, lastTurn.state];
  return JSON.stringify([
    state,
    isWaitingForPermission,
    title ?? null,
    alias ?? null,
    archived ?? false,
    turn,
  ]);
}

interface FaceFields {
  readonly title: string | null;
  readonly alias: string | null;
  readonly archived: boolean | null;
  readonly lastTurn: Row['lastTurn'];
}

function changeLine(row: Row, { nowMs, paint }: { readonly nowMs: number; readonly paint: Paint }): string {
  const { text, paint: paintState = (padded: string) => padded } = stateCell(row, paint);
  const ended = row.lastTurn?.state;
  const turn = ended === 'failed' || ended === 'cancelled' ? ` (turn ${ended})` : '';
  const title = cutEnd(oneLine(row.title ?? ''), 60);
  const archived = row.archived ? ' [archived]' : '';
  const head = `${paint('dim', timeText(nowMs))}  ${row.sessionId}  ${paintState(text.padEnd(11))}`;
  return `${`${head}  ${row.agent}  ${title}${archived}${paint('dim', turn)}`.trimEnd()}\n`;
}
