// Builds the packages in dependency order with tsup. --quiet prints errors only.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'tsup';
import { root } from './run.mjs';

const isQuiet = process.argv.includes('--quiet');
for (const name of ['protocol', 'bridge', 'sdk', 'server']) {
  const folder = join(root, 'packages', name);
  const { default: config } = await import(join(folder, 'tsup.config.ts'));
  process.chdir(folder);
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  await build({ ...config, config: false, silent: isQuiet });
  writeFileSync(join(folder, 'dist/.built'), '');
}
