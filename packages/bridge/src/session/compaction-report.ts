/** What the agent says of a compaction, besides the end of its turn. */
export interface CompactionReport {
  /** `unneeded`: there was nothing to compact. */
  readonly status: 'completed' | 'failed' | 'cancelled' | 'unneeded';
  readonly error?: string;
  readonly tokensBefore?: number;
  readonly tokensAfter?: number;
}

type Update = Readonly<Record<string, unknown>>;

/** Reads the end of a compaction out of an update; undefined where it tells none. */
export const compactionReport = (update: Update): CompactionReport | undefined =>
  update['sessionUpdate'] === 'compaction_update' ? standardReport(update) : qwenReport(update);

/** Source: ACP compaction_update. */
function standardReport({ status, error }: Update): CompactionReport | undefined {
  if (status !== 'completed' && status !== 'failed' && status !== 'cancelled') return undefined;
  return { status, error: typeof error === 'string' ? error : undefined };
}

/** Qwen Code says it beside its text. Source: its ACP sessions, `_meta.contextCompression`. */
function qwenReport(update: Update): CompactionReport | undefined {
  const said = member(member(update, '_meta'), 'contextCompression');
  const phase = member(said, 'phase');
  if (phase === 'noop') return { status: 'unneeded' };
  if (phase !== 'done') return undefined;
  return {
    status: 'completed',
    tokensBefore: count(member(said, 'originalTokenCount')),
    tokensAfter: count(member(said, 'newTokenCount')),
  };
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 ? value : undefined;
