import type { ListQuery } from '../../ports/session-index.ts';
import type { ListPosition } from '../list-cursor.ts';
import type { SqlValue } from './database.ts';
import { listIndexes } from './schema.ts';

/** Statements of a listing, and their values. */
export interface Query {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** One of the four kinds of session every listing is put together from. */
interface Cell {
  readonly lifecycle: 'open' | 'closed';
  readonly isArchived: boolean;
}

/** The kinds a query asks for: one to four. */
export function cellsOf({ lifecycle, isArchived }: ListQuery): readonly Cell[] {
  const lifecycles = lifecycle === undefined ? (['open', 'closed'] as const) : [lifecycle];
  const archived = isArchived === undefined ? [false, true] : [isArchived];
  return lifecycles.flatMap((each) => archived.map((isIt) => ({ lifecycle: each, isArchived: isIt })));
}

/**
 * Selects place and number of the first rows of one kind after a place, from one index alone. The planner would take
 * another index now and then, so it is named. Only an agent beside a workspace (or cwd) makes it pass over entries.
 */
export function placesQuery(query: ListQuery, cell: Cell, after: ListPosition | undefined): Query {
  const { sort = 'activity', cwd, workspace, agent } = query;
  const filters = { cwd, workspace, agent };
  const first =
    (['cwd', 'workspace', 'agent'] as const).find((name) => filters[name] !== undefined) ?? 'none';
  const at = `${sort}_at`;
  const conditions = ['lifecycle = ?', 'is_archived = ?'];
  const values: SqlValue[] = [cell.lifecycle, Number(cell.isArchived)];
  for (const [name, value] of Object.entries(filters)) {
    if (value === undefined) continue;
    conditions.push(`${name} = ?`);
    values.push(value);
  }
  if (after !== undefined) {
    conditions.push(`(${at}, id) < (?, ?)`);
    values.push(after.at, after.row);
  }
  const sql = `SELECT ${at}, id FROM sessions INDEXED BY ${listIndexes[first][sort]}
    WHERE ${conditions.join(' AND ')} ORDER BY ${at} DESC, id DESC LIMIT ?`;
  return { sql, values: [...values, query.limit + 1] };
}

/** Adds up the counts that triggers keep: exact for every combination of filters, at the cost of a few rows. */
export function totalQuery({ cwd, workspace, agent, lifecycle, isArchived }: ListQuery): Query {
  const filters = {
    workspace,
    agent,
    lifecycle,
    is_archived: isArchived === undefined ? undefined : Number(isArchived),
  };
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const conditions = ['cwd = ?', ...given.map(([name]) => `${name} = ?`)];
  const values = [cwd ?? '', ...given.flatMap(([, value]) => (value === undefined ? [] : [value]))];
  return { sql: `SELECT coalesce(sum(sessions), 0) FROM totals WHERE ${conditions.join(' AND ')}`, values };
}
