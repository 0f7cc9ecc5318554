import type { SessionRow } from '@holdfast/protocol';
import { ageText } from '../age-text.ts';
import { type Paint, plain } from '../paint.ts';
import { oneLine } from '../run/answer-view.ts';
import { type Cell, cutEnd, cutStart, textTable } from '../text-table.ts';

/** Where the table is shown. */
export interface TableSurroundings {
  readonly nowMs: number;
  /** Characters of a line; undefined where lines may be of any length. */
  readonly width?: number | undefined;
  readonly paint?: Paint;
}

type Shown = Pick<
  SessionRow,
  'sessionId' | 'state' | 'isWaitingForPermission' | 'agent' | 'updatedAt' | 'workspaceCwd'
> &
  Partial<SessionRow>;

const maxTitle = 60;
const narrowDirectory = 24;
const narrowTitle = 20;
/** The least of an id that is shown; longer where two would look the same. Six name a session. */
const minIdChars = 8;
const heads = ['SESSION', 'STATE', 'AGENT', 'ACTIVE', 'DIRECTORY', 'TITLE'];

/** The rows as a table: id, state, agent, time since the last activity, directory, title; narrower where they do not fit. */
export function sessionTable(rows: readonly Shown[], surroundings: TableSurroundings): string {
  const { width } = surroundings;
  const full = render(rows, surroundings, { idChars: 36, directory: Infinity, title: maxTitle });
  if (width === undefined || fits(full, width)) return full;
  const idChars = distinctChars(rows.map(({ sessionId }) => sessionId));
  const short = render(rows, surroundings, { idChars, directory: Infinity, title: maxTitle });
  if (fits(short, width)) return short;
  const narrow = { idChars, directory: narrowDirectory };
  const left = width - widest(render(rows, surroundings, { ...narrow, title: 0 }));
  return render(rows, surroundings, { ...narrow, title: Math.min(maxTitle, Math.max(narrowTitle, left)) });
}

interface Widths {
  readonly idChars: number;
  readonly directory: number;
  readonly title: number;
}

function render(
  rows: readonly Shown[],
  { nowMs, paint = plain }: TableSurroundings,
  { idChars, directory, title }: Widths,
): string {
  const cells = rows.map((row): readonly Cell[] => [
    { text: row.sessionId.slice(0, idChars) },
    stateCell(row, paint),
    { text: row.agent },
    { text: ageText(Date.parse(row.updatedAt), nowMs) },
    { text: cutStart(oneLine(row.workspaceCwd), directory) },
    { text: `${cutEnd(oneLine(row.title ?? ''), title)}${marksOf(row)}` },
  ]);
  const head = heads.map((text): Cell => ({ text, paint: (padded) => paint('dim', padded) }));
  const [headLine = '', ...lines] = textTable([head, ...cells]);
  const shown = lines.flatMap((line, place) => [line, ...previewOf(rows[place], { paint, title })]);
  return [headLine, ...shown].map((line) => `${line}\n`).join('');
}

/** The state in a word; waiting for a permission is what a person has to know first. */
export function stateCell(
  { state, isWaitingForPermission }: Pick<SessionRow, 'state' | 'isWaitingForPermission'>,
  paint: Paint,
): Cell {
  if (isWaitingForPermission) return { text: 'permission?', paint: (padded) => paint('yellow', padded) };
  if (state === 'running') return { text: state, paint: (padded) => paint('green', padded) };
  return { text: state, paint: (padded) => (state === 'closed' ? paint('dim', padded) : padded) };
}

/** What people gave the session beside its title: ` (alias) #label [pinned]`. */
export function marksOf({ alias, labels = [], ...row }: Partial<SessionRow>): string {
  const flags = (['pinned', 'protected', 'archived'] as const).filter((flag) => row[flag] === true);
  return [
    alias === undefined ? '' : ` (${alias})`,
    ...labels.map((label) => ` #${oneLine(label)}`),
    ...flags.map((flag) => ` [${flag}]`),
  ].join('');
}

function previewOf(row: Shown | undefined, { paint, title }: { paint: Paint; title: number }): string[] {
  const { preview } = row ?? {};
  if (preview === undefined) return [];
  const text = cutEnd(oneLine(preview.text), title === maxTitle ? 100 : 60);
  return [paint('dim', `  ${preview.role === 'user' ? '>' : ' '} ${text}`)];
}

const fits = (text: string, width: number) => widest(text) <= width;

/** The width of the longest line, without its colours. */
const widest = (text: string) =>
  Math.max(...text.split('\n').map((line) => line.replace(/\u001b\[\d+m/g, '').length));

function distinctChars(sessionIds: readonly string[]): number {
  for (let chars = minIdChars; chars < 36; chars += 1) {
    if (new Set(sessionIds.map((id) => id.slice(0, chars))).size === new Set(sessionIds).size) return chars;
  }
  return 36;
}
