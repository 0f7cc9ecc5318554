import { readdir, readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../runtime/silent-logger.ts';
import { recordSessions } from '../../testing/recorded-sessions.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import { openDatabase } from './database.ts';
import { keptOf, migrateFile } from './migrate-file.ts';
import { type Migration, migrations } from './migrations.ts';
import { schemaVersion } from './schema.ts';

const older = schemaVersion;
const addNotes: Migration = {
  to: older + 1,
  apply: (database) => database.exec('CREATE TABLE notes (text)'),
};
const addAuthors: Migration = {
  to: older + 2,
  apply: (database) => database.exec('ALTER TABLE notes ADD author'),
};
const broken: Migration = {
  to: older + 2,
  apply: (database) => database.exec("INSERT INTO notes VALUES ('half'); SELECT * FROM nowhere"),
};

describe('migrating a journal', () => {
  let medium: SqliteMedium;
  beforeEach(async () => {
    medium = await sqliteMedium();
    const store = await medium.open();
    await recordSessions(store, 2);
    await store.close();
  });
  afterEach(() => medium.dispose());

  const migrate = (...steps: readonly Migration[]) =>
    migrateFile(medium.path, { migrations: steps, logger: silentLogger });
  function read(path: string) {
    const database = openDatabase(path, { readOnly: true });
    const tables = database.prepare<[string]>("SELECT name FROM sqlite_schema WHERE type = 'table'").rows();
    const [version] = database.prepare<[number]>('PRAGMA user_version').row() ?? [];
    const [events] = database.prepare<[number]>('SELECT count(*) FROM events').row() ?? [];
    database.close();
    return { version, events, hasNotes: tables.some(([name]) => name === 'notes') };
  }

  it('runs every step from its format on, and keeps a private copy of the file before', async () => {
    const before = read(medium.path);
    await migrate(addNotes, addAuthors);
    expect(read(medium.path)).toEqual({ version: older + 2, events: before.events, hasNotes: true });
    expect(read(keptOf(medium.path, older))).toEqual(before);
    expect((await stat(keptOf(medium.path, older))).mode & 0o777).toBe(0o600);
  });

  it('leaves out the steps it is past', async () => {
    const past: Migration = { to: older, apply: (database) => database.exec('DROP TABLE events') };
    await migrate(past, addNotes);
    expect(read(medium.path)).toMatchObject({ version: older + 1, hasNotes: true });
  });

  it('leaves everything as it was when a step fails, and can be tried again', async () => {
    const before = read(medium.path);
    await expect(migrate(addNotes, broken)).rejects.toMatchObject({
      code: 'state_unreadable',
      details: { path: medium.path },
    });
    expect(read(medium.path)).toEqual(before);
    await (await medium.open()).close();
    await migrate(addNotes, addAuthors);
    expect(read(medium.path)).toMatchObject({ version: older + 2, hasNotes: true });
  });

  it('does nothing to a journal that is current or not there yet', async () => {
    const before = await readFile(medium.path);
    await migrateFile(medium.path, { migrations, logger: silentLogger });
    await migrateFile(`${medium.directory}/new.db`, { migrations: [addNotes], logger: silentLogger });
    expect((await readFile(medium.path)).equals(before)).toBe(true);
    expect(
      (await readdir(medium.directory)).filter((name) => name.includes('.v') || name === 'new.db'),
    ).toEqual([]);
  });

  it('knows a step for every format after the first', () => {
    expect(migrations.map(({ to }) => to)).toEqual(
      Array.from({ length: schemaVersion - 1 }, (_, place) => place + 2),
    );
  });
});
