import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const example = fileURLToPath(new URL('./embed.ts', import.meta.url));
const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];

it('the example holds a session without HTTP, prints its turn, and ends by itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-embed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, [...flags, example], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [[code], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const lines = out.trim().split('\n');
  const types = lines.map((line) => line.split(' ')[0]);
  expect(types[0]).toBe('session_update');
  expect(types.at(-1)).toBe('turn_complete');
  expect(lines[0]).toContain('Hello! What can you do?');
  expect(out).toContain('agent_message_chunk');
  expect(lines.at(-1)).toContain('end_turn');
});

it('the page about embedding shows the example as it is', () => {
  const page = readFileSync(new URL('../../../docs/embedding.md', import.meta.url), 'utf8');
  expect(page).toContain(readFileSync(example, 'utf8').trim());
});
