// Builds the packages in dependency order with tsup. --quiet prints errors only.
//   node scripts/run.mjs scripts/build.mjs [--quiet] [package…]
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeBinary, root } from './run.mjs';

const isQuiet = process.argv.includes('--quiet');
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const tsup = join(root, 'node_modules/tsup/dist/cli-default.js');

for (const name of ['protocol', 'bridge', 'sdk', 'server'].filter(
  (name) => named.length === 0 || named.includes(name),
)) {
  const folder = join(root, 'packages', name);
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  // A process each: esbuild keeps the directory it was started in, and every package is built from its own.
  const { status } = spawnSync(nodeBinary(), [tsup, ...(isQuiet ? ['--silent'] : [])], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`building @holdfast/${name} failed: see above`);
    process.exit(1);
  }
  writeFileSync(join(folder, 'dist/.built'), '');
}
