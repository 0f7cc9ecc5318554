import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isDriverError, openDatabase } from './database.ts';
import { databaseThread } from './database-thread.ts';

/** A file of three numbers, and a thread that reads it. */
function given() {
  const path = join(tmpdir(), `database-thread-${randomUUID()}.db`);
  const database = openDatabase(path, { readOnly: false });
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE numbers (n INTEGER PRIMARY KEY)');
  for (const n of [1, 2, 3]) database.prepare('INSERT INTO numbers VALUES (?)').run(n);
  const thread = databaseThread(path);
  onTestFinished(async () => {
    await thread.close();
    database.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
  });
  return { database, thread };
}

/** Takes the thread some 100 ms. */
const longQuery =
  'WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000) SELECT max(n) FROM c';

describe('a database in a thread', () => {
  it('answers each with its own rows, in the order asked', async () => {
    const { thread } = given();
    const answers = [3, 1, 2].map((n) => thread.rows('SELECT n, ? FROM numbers WHERE n = ?', [`<${n}>`, n]));
    expect(await Promise.all(answers)).toEqual([[[3, '<3>']], [[1, '<1>']], [[2, '<2>']]]);
  });

  it('leaves the event loop free while it works', async () => {
    const { thread } = given();
    await thread.rows('SELECT 1');
    let rounds = 0;
    let isAnswered = false;
    const answer = thread.rows(longQuery).then((rows) => {
      isAnswered = true;
      return rows;
    });
    while (!isAnswered) {
      await nextRound();
      rounds += 1;
    }
    expect(await answer).toEqual([[1_000_000]]);
    expect(rounds).toBeGreaterThan(100);
  });

  it('sees what was committed before the question', async () => {
    const { database, thread } = given();
    const count = () => thread.rows<[number]>('SELECT count(*) FROM numbers');
    expect(await count()).toEqual([[3]]);
    database.exec('INSERT INTO numbers VALUES (4)');
    expect(await count()).toEqual([[4]]);
  });

  it('writes all of a transaction, or none of it', async () => {
    const { database, thread } = given();
    const insert = (n: number) => ({ sql: 'INSERT INTO numbers VALUES (?)', values: [n] });
    await thread.transact([insert(4), insert(5)]);
    const twice = await thread.transact([insert(6), insert(4)]).catch((thrown: unknown) => thrown);
    expect(isDriverError(twice)).toBe(true);
    await thread.transact([insert(7)]);
    const rows = database.prepare<[number]>('SELECT n FROM numbers ORDER BY n').rows();
    expect(rows.flat()).toEqual([1, 2, 3, 4, 5, 7]);
  });

  it('tells what is wrong as the driver does', async () => {
    const { thread } = given();
    for (const sql of ['SELECT * FROM nothing', 'NONSENSE']) {
      const failure = await thread.rows(sql).catch((thrown: unknown) => thrown);
      expect([sql, isDriverError(failure)]).toEqual([sql, true]);
    }
    expect(await thread.rows('SELECT count(*) FROM numbers')).toEqual([[3]]);
  });

  it('answers what it was asked before it ends', async () => {
    const { thread } = given();
    const answer = thread.rows(longQuery);
    await thread.close();
    expect(await answer).toEqual([[1_000_000]]);
  });
});
