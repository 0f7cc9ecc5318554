/** What was last cut off the conversation. It stays in the journal. */
export interface Trim {
  /** The generation whose conversation was cut. */
  readonly generation: number;
  /** Id of the last event cut off: the end of a turn. */
  readonly upToEventId: number;
  /** Id of the last event that replays leave out. It never falls, whatever is cut later. */
  readonly archivedUpTo: number;
}

/** Id of the last event cut off the conversation of a generation; 0 where nothing was. */
export const cutOff = ({ trim }: { readonly trim: Trim | null }, generation: number): number =>
  trim?.generation === generation ? trim.upToEventId : 0;

/** Id of the last event that replays leave out; 0 where nothing was trimmed. */
export const archivedUpTo = ({ trim }: { readonly trim: Trim | null }): number => trim?.archivedUpTo ?? 0;
