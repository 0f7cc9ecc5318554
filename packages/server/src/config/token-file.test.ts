import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareStateDir } from './state-dir.ts';
import { obtainToken } from './token-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-token-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = expect.objectContaining({ code: 'invalid_option' });

test('the first start makes a token for its owner only, later ones keep it', () => {
  const path = join(folder, 'token');
  const first = obtainToken({ kind: 'generated', path });
  expect(first).toEqual({ token: readFileSync(path, 'utf8').trim(), path });
  expect(first.token).toMatch(/^[\w-]{43}$/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(obtainToken({ kind: 'generated', path })).toEqual(first);
});

test('a generated token that others can read is refused with the remedy', () => {
  const path = join(folder, 'token');
  obtainToken({ kind: 'generated', path });
  chmodSync(path, 0o644);
  expect(() => obtainToken({ kind: 'generated', path })).toThrow(`chmod 600 ${path}`);
});

test('a token file of the user that others can read is used, with a notice', () => {
  const path = join(folder, 'mine');
  writeFileSync(path, 'secret\n', { mode: 0o644 });
  expect(obtainToken({ kind: 'file', path })).toMatchObject({
    token: 'secret',
    notice: expect.stringContaining('chmod'),
  });
});

test.each(['', '\n', 'two words', 'naïve'])('a file with %j holds no token', (text) => {
  const path = join(folder, 'mine');
  writeFileSync(path, text, { mode: 0o600 });
  expect(() => obtainToken({ kind: 'file', path })).toThrow(refused);
});

test('a missing token file is refused, not made', () => {
  expect(() => obtainToken({ kind: 'file', path: join(folder, 'absent') })).toThrow(refused);
});

test('a state directory is made for its owner only, one that is open is closed', () => {
  const path = join(folder, 'deep/state');
  expect(statSync(prepareStateDir(path)).mode & 0o777).toBe(0o700);
  chmodSync(path, 0o755);
  expect(statSync(prepareStateDir(path)).mode & 0o777).toBe(0o700);
});

test('a directory that holds other things is not closed to others behind their back', () => {
  writeFileSync(join(folder, 'somebody'), '');
  chmodSync(folder, 0o755);
  expect(() => prepareStateDir(folder)).toThrow(refused);
  expect(statSync(folder).mode & 0o777).toBe(0o755);
});

test('a state directory that is a file is refused', () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  expect(() => prepareStateDir(path)).toThrow(refused);
});
