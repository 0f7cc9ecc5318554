import type { ListQuery } from '../../ports/session-index.ts';
import type { ListPosition } from '../list-cursor.ts';
import { foldCase } from '../title-key.ts';
import type { SqlValue } from './database.ts';
import { sortColumns, walkedIndexes } from './index-schema.ts';

/** A statement of a listing, and its values. */
export interface Query {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** A filter as SQL. */
interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** A stretch of a walk: rows of the key of a place, after it; or rows of other keys, after that key. */
export type Stretch = { readonly within: ListPosition } | { readonly beyond: ListPosition };

/**
 * Selects key and number of the rows of a stretch (absent: of all), from one index alone, and whether they match: filters that the index
 * does not know are looked up row by row. The planner would take another index now and then, so it is named.
 */
export function walkQuery(query: ListQuery, stretch: Stretch | undefined, rows: number): Query {
  const { sort = 'activity' } = query;
  const place = placeOf(query);
  const known = [...placeConditions(query), ...keyConditions(query), ...inStretch(query, stretch)];
  const others = otherConditions(query);
  const matches = others.length === 0 ? '1' : others.map(({ sql }) => sql).join(' AND ');
  const sql = `SELECT ${sortColumns[sort]}, id, (${matches}) FROM sessions INDEXED BY ${walkedIndexes[place][sort]}
    WHERE ${known.map((condition) => condition.sql).join(' AND ')} ${orderOf(query)} LIMIT ?`;
  return { sql, values: [...valuesOf(others), ...valuesOf(known), rows] };
}

/** Whether each row of the walk matches. */
export const isWalkExact = (query: ListQuery): boolean => otherConditions(query).length === 0;

/** Ways to the few sessions that a rare filter names, the likeliest first: `SELECT id` without order. */
export function fewQueries(query: ListQuery): readonly Query[] {
  const { parentSessionId, label, agent, lifecycle, hasActivePrompt, state, sort = 'activity' } = query;
  const { createdAfter, activeAfter } = query;
  const select = (index: string, where: string, ...values: SqlValue[]): Query => ({
    sql: `SELECT id FROM sessions INDEXED BY ${index} WHERE ${where}`,
    values,
  });
  const isAttended = state === 'opening' || state === 'idle' || state === 'running';
  const later = Math.max(createdAfter ?? 0, activeAfter ?? 0);
  const archived = Number(query.isArchived ?? false);
  const ways = {
    active: hasActivePrompt === true && select('unfinished', 'is_unfinished = 1'),
    attended: isAttended && select('attended', 'is_attended = 1'),
    parent: parentSessionId !== undefined && select('by_parent', 'parent_session_id = ?', parentSessionId),
    label: label !== undefined && { sql: 'SELECT id FROM session_labels WHERE label = ?', values: [label] },
    later:
      sort !== 'activity' &&
      later > 0 &&
      select('by_activity', 'is_archived = ? AND activity_at > ?', archived, later),
    agent: agent !== undefined && select('by_agent', 'agent = ?', agent),
    open: lifecycle === 'open' && select('open_sessions', "lifecycle = 'open'"),
    closed:
      (lifecycle === 'closed' || state === 'closed') && select('closed_sessions', "lifecycle = 'closed'"),
  };
  return Object.values(ways).filter((way) => way !== false);
}

/** Counts what a way leads to, as far as `atMost`. */
export const countQuery = (way: Query, atMost: number): Query => ({
  sql: `SELECT count(*) FROM (${way.sql} LIMIT ?)`,
  values: [...way.values, atMost],
});

/** Selects key and number of the first matching rows after a place, among those a way leads to. */
export function amongQuery(
  query: ListQuery,
  way: Query,
  after: ListPosition | undefined,
  rows: number,
): Query {
  const conditions = [
    ...placeConditions(query),
    ...keyConditions(query),
    ...otherConditions(query),
    ...afterPlace(query, after),
  ];
  const { sort = 'activity' } = query;
  const sql = `SELECT ${sortColumns[sort]}, id, 1 FROM sessions NOT INDEXED
    WHERE id IN (${way.sql}) AND ${conditions.map((condition) => condition.sql).join(' AND ')}
    ${orderOf(query)} LIMIT ?`;
  return { sql, values: [...way.values, ...valuesOf(conditions), rows] };
}

/** Adds up the counts that triggers keep, at the cost of a few rows; filters they do not know are left out. */
export function totalQuery({ cwd, workspace, agent, lifecycle, state, isArchived }: ListQuery): Query {
  const filters = {
    workspace,
    agent,
    lifecycle: lifecycle ?? (state === 'closed' ? 'closed' : undefined),
    is_archived: isArchived === undefined ? undefined : Number(isArchived),
  };
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const conditions = ['cwd = ?', ...given.map(([name]) => `${name} = ?`)];
  const values = [cwd ?? '', ...given.flatMap(([, value]) => (value === undefined ? [] : [value]))];
  return { sql: `SELECT coalesce(sum(sessions), 0) FROM totals WHERE ${conditions.join(' AND ')}`, values };
}

/** The part of the index a listing is of. */
const placeOf = ({ cwd, workspace }: ListQuery): keyof typeof walkedIndexes => {
  if (cwd !== undefined) return 'cwd';
  return workspace === undefined ? 'none' : 'workspace';
};

function placeConditions(query: ListQuery): readonly Condition[] {
  const place = placeOf(query);
  const archived = equals(
    'is_archived',
    query.isArchived === undefined ? undefined : Number(query.isArchived),
  );
  return place === 'none' ? archived : [...equals(place, query[place]), ...archived];
}

/** Bounds of the very key the listing is sorted by: where the walk ends. */
function keyConditions({ sort = 'activity', createdAfter, activeAfter }: ListQuery): readonly Condition[] {
  // Nothing is active before it was created.
  if (sort === 'activity') return later('activity_at', Math.max(createdAfter ?? 0, activeAfter ?? 0));
  return sort === 'created' ? later('created_at', createdAfter ?? 0) : [];
}

function otherConditions(query: ListQuery): readonly Condition[] {
  const { sort = 'activity', createdAfter = 0, activeAfter = 0, label, titlePart, hasActivePrompt } = query;
  const isPlaced = placeOf(query) === 'cwd' && query.workspace !== undefined;
  return [
    ...(isPlaced ? equals('workspace', query.workspace) : []),
    ...equals('agent', query.agent),
    ...equals('lifecycle', query.lifecycle),
    ...equals('state', query.state),
    ...equals('has_active_prompt', hasActivePrompt === undefined ? undefined : Number(hasActivePrompt)),
    ...equals('parent_session_id', query.parentSessionId),
    ...(label === undefined ? [] : [{ sql: hasLabel, values: [label] }]),
    ...(sort === 'created' ? [] : later('created_at', createdAfter)),
    ...(sort === 'activity' ? [] : later('activity_at', activeAfter)),
    ...(titlePart === undefined ? [] : [{ sql: 'instr(title_key, ?) > 0', values: [foldCase(titlePart)] }]),
  ];
}

const hasLabel = 'EXISTS (SELECT 1 FROM session_labels AS l WHERE l.label = ? AND l.id = sessions.id)';

/** SQLite finds its way by one of these at a time: not by both, as a pair. */
function inStretch({ sort = 'activity' }: ListQuery, stretch: Stretch | undefined): readonly Condition[] {
  if (stretch === undefined) return [];
  const [column, than] = [sortColumns[sort], sort === 'title' ? '>' : '<'];
  if ('beyond' in stretch) return [{ sql: `${column} ${than} ?`, values: [stretch.beyond.at] }];
  const { at, row } = stretch.within;
  return [{ sql: `${column} = ? AND id ${than} ?`, values: [at, row] }];
}

function afterPlace({ sort = 'activity' }: ListQuery, after: ListPosition | undefined): readonly Condition[] {
  if (after === undefined) return [];
  const sql = `(${sortColumns[sort]}, id) ${sort === 'title' ? '>' : '<'} (?, ?)`;
  return [{ sql, values: [after.at, after.row] }];
}

function orderOf({ sort = 'activity' }: ListQuery): string {
  const direction = sort === 'title' ? 'ASC' : 'DESC';
  return `ORDER BY ${sortColumns[sort]} ${direction}, id ${direction}`;
}

const equals = (column: string, value: SqlValue | undefined): readonly Condition[] =>
  value === undefined ? [] : [{ sql: `${column} = ?`, values: [value] }];

const later = (column: string, than: number): readonly Condition[] =>
  than <= 0 ? [] : [{ sql: `${column} > ?`, values: [than] }];

const valuesOf = (conditions: readonly Condition[]): readonly SqlValue[] =>
  conditions.flatMap(({ values }) => values);
