// Installs what is missing and builds what is out of date, so that a fresh clone needs one command.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode } from './run.mjs';

const PACKAGES = ['protocol', 'bridge', 'sdk', 'server'];

/** Runs `npm ci` when node_modules is absent or older than the lockfile. npm's own output goes to stderr. */
export function ensureInstalled() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(marker) && modifiedAt(marker) >= modifiedAt(join(root, 'package-lock.json'))) return;
  process.stderr.write('holdfast: installing dependencies…\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('npm ci failed: see above');
}

/** Builds all packages when any source is newer than its package's output. */
export async function ensureBuilt() {
  if (!PACKAGES.some(isStale)) return;
  process.stderr.write('holdfast: building…\n');
  const code = await runNode(join(root, 'scripts', 'build.mjs'), ['--quiet'], { stdio: ['ignore', 2, 2] });
  if (code !== 0) throw new Error('build failed: see above');
}

function isStale(name) {
  const folder = join(root, 'packages', name);
  const built = join(folder, 'dist', '.built');
  if (!existsSync(built)) return true;
  const inputs = [join(folder, 'package.json'), ...filesBelow(join(folder, 'src'))];
  return inputs.some((file) => modifiedAt(file) > modifiedAt(built));
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const modifiedAt = (file) => statSync(file).mtimeMs;
