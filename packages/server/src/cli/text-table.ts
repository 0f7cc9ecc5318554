/** One cell: what is written, and how it is coloured once it has its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: (padded: string) => string;
}

/** Lines of cells in columns two spaces apart, without spaces at their ends. */
export function textTable(lines: readonly (readonly Cell[])[]): readonly string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.text.length ?? 0)),
  );
  return lines.map((line) =>
    line
      .map(({ text, paint = unpainted }, column) =>
        column === line.length - 1 ? paint(text) : paint(text.padEnd(widths[column] ?? 0)),
      )
      .join('  ')
      .trimEnd(),
  );
}

const unpainted = (text: string) => text;

/** The beginning of a text that is too long, with a mark. */
export const cutEnd = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** The end of a text that is too long, with a mark. */
export const cutStart = (text: string, width: number) =>
  text.length <= width ? text : `…${text.slice(text.length - Math.max(0, width - 1))}`;
