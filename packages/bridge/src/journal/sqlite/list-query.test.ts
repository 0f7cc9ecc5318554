import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import { type Database, openDatabase } from './database.ts';
import { cellsOf, placesQuery, type Query, totalQuery } from './list-query.ts';

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

const kinds = [
  {},
  { lifecycle: 'open' },
  { isArchived: false },
  { lifecycle: 'closed', isArchived: true },
] as const;
const orders = ['activity', 'created'] as const;

it.each([
  {},
  { cwd: '/a' },
  { workspace: '/w' },
  { agent: 'x' },
  { cwd: '/a', agent: 'x' },
  { workspace: '/w', agent: 'x' },
  { cwd: '/a', workspace: '/w' },
])('a page of %j walks one index in order and sorts nothing; its total is read from the counts', (filter) => {
  for (const query of orders.flatMap((sort) =>
    kinds.map((kind) => ({ limit: 50, sort, ...filter, ...kind })),
  )) {
    for (const after of [undefined, { sort: query.sort, at: 5, row: 5 }]) {
      for (const cell of cellsOf(query)) {
        const plan = planOf(placesQuery(query, cell, after));
        expect(plan).toMatch(
          /^SEARCH sessions USING COVERING INDEX by_\w+ \(.*lifecycle=\? AND is_archived=\?/,
        );
        expect(plan).not.toContain('TEMP B-TREE');
      }
    }
    expect(planOf(totalQuery(query))).toMatch(/^SEARCH totals USING PRIMARY KEY \(cwd=\?/);
  }
});
