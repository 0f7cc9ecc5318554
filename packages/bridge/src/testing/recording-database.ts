import { type Database, openDatabase, type SqlValue, type Statement } from '../journal/sqlite/database.ts';

/** A real connection that keeps the text of everything that was run through it. */
export function recordingDatabase(path: string): { readonly database: Database; readonly ran: string[] } {
  const real = openDatabase(path, { readOnly: false });
  const ran: string[] = [];
  const database: Database = {
    get isInTransaction() {
      return real.isInTransaction;
    },
    exec(sql) {
      ran.push(sql);
      real.exec(sql);
    },
    prepare<Row extends readonly SqlValue[] = []>(sql: string): Statement<Row> {
      const statement = real.prepare<Row>(sql);
      return {
        run(...values) {
          ran.push(sql);
          return statement.run(...values);
        },
        row: (...values) => statement.row(...values),
        rows: (...values) => statement.rows(...values),
      };
    },
    close: () => real.close(),
  };
  return { database, ran };
}
