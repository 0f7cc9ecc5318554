import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ListQuery } from '../../ports/session-index.ts';
import { freshSession } from '../../testing/journal-samples.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import { type Database, openDatabase } from './database.ts';
import { sortColumns } from './index-schema.ts';
import {
  amongQuery,
  countQuery,
  fewQueries,
  isWalkExact,
  type Query,
  totalQuery,
  walkQuery,
} from './list-query.ts';

let medium: SqliteMedium;
let database: Database;
beforeEach(async () => {
  medium = await sqliteMedium();
  await (await medium.open()).close();
  database = openDatabase(medium.path, { readOnly: true });
});
afterEach(async () => {
  database.close();
  await medium.dispose();
});

function planOf({ sql, values }: Query): string {
  type PlanRow = [number, number, number, detail: string];
  const rows = database.prepare<PlanRow>(`EXPLAIN QUERY PLAN ${sql}`).rows(...values);
  return rows.map(([, , , detail]) => detail).join('; ');
}

const orders = ['activity', 'created', 'title'] as const;
const places: readonly Partial<ListQuery>[] = [
  {},
  { cwd: '/a' },
  { workspace: '/w' },
  { cwd: '/a', workspace: '/w' },
];
const rare: readonly Partial<ListQuery>[] = [
  { agent: 'x' },
  { lifecycle: 'open' },
  { lifecycle: 'closed' },
  { state: 'running' },
  { state: 'closed' },
  { hasActivePrompt: true },
  { parentSessionId: freshSession() },
  { label: 'urgent' },
];
const queries = (filters: readonly Partial<ListQuery>[]) =>
  orders.flatMap((sort) =>
    places.flatMap((place) =>
      filters.map((filter): ListQuery => ({ limit: 50, sort, isArchived: false, ...place, ...filter })),
    ),
  );
const after = ({ sort = 'activity' }: ListQuery) => ({ at: sort === 'title' ? 'x' : 5, row: 5 });

it('a page walks one index in its order and sorts nothing, whatever is asked besides', () => {
  const others = [
    ...rare,
    {},
    { titlePart: 'x' },
    { hasActivePrompt: false },
    { activeAfter: 5, createdAfter: 7 },
  ];
  for (const query of queries(others)) {
    for (const position of [undefined, { within: after(query) }, { beyond: after(query) }]) {
      const plan = planOf(walkQuery(query, position, 51));
      expect(plan).toMatch(/^SEARCH sessions USING (COVERING )?INDEX by_\w+ \(.*is_archived=\?/);
      expect(plan).not.toContain('TEMP B-TREE');
    }
    expect(planOf(totalQuery(query))).toMatch(/^SEARCH totals USING PRIMARY KEY \(cwd=\?/);
  }
});

it('a page goes straight to its place, also among rows of one and the same key', () => {
  for (const query of queries([{}])) {
    const column = sortColumns[query.sort ?? 'activity'];
    const within = planOf(walkQuery(query, { within: after(query) }, 51));
    expect(within).toMatch(new RegExp(`INDEX .*is_archived=\\? AND ${column}=\\? AND rowid[<>]\\?`));
    const beyond = planOf(walkQuery(query, { beyond: after(query) }, 51));
    expect(beyond).toMatch(new RegExp(`INDEX .*is_archived=\\? AND ${column}[<>]\\?`));
    expect(isWalkExact(query)).toBe(query.cwd === undefined || query.workspace === undefined);
  }
});

it('rare filters lead to their few sessions by an index of their own', () => {
  for (const query of queries(rare)) {
    const ways = fewQueries(query);
    expect(ways.length).toBeGreaterThan(0);
    for (const way of ways) {
      expect(planOf(countQuery(way, 1_001))).toMatch(
        /(SEARCH|SCAN) (sessions|session_labels) USING (COVERING INDEX|PRIMARY KEY)/,
      );
      expect(planOf(amongQuery(query, way, after(query), 51))).toContain(
        'SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?)',
      );
    }
  }
});
