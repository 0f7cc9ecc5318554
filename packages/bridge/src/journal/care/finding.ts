/** What a check can find. */
export type FindingKind =
  /** A page of the file, or a tree in it. */
  | 'structure'
  /** Events whose checksum is wrong: readers see a `journal_gap` there. */
  | 'gap'
  /** Events, facts or a stream that are not there. */
  | 'missing'
  /** A fact whose checksum is wrong, or out of order. */
  | 'fact'
  /** An index row that is missing, damaged, or says something else than its snapshot. */
  | 'index'
  /** A stored answer whose checksum is wrong. */
  | 'answer';

/** One thing that is wrong with a journal. */
export interface JournalFinding {
  readonly kind: FindingKind;
  readonly sessionId?: string;
  /** First and last event id it is about. */
  readonly fromId?: number;
  readonly toId?: number;
  readonly detail: string;
}

/** A disk that is failing has a million of them: the first are enough to act upon, and the rest is counted. */
const listedFindings = 1_000;

/** Collects findings, and counts those beyond what is worth listing. */
export class Findings {
  readonly listed: JournalFinding[] = [];
  count = 0;

  add(finding: JournalFinding): void {
    this.count += 1;
    if (this.listed.length < listedFindings) this.listed.push(finding);
  }
}
