// npm test: installs what is missing and runs all tests. Arguments go to vitest.
import { join } from 'node:path';
import { ensureInstalled } from './bootstrap.mjs';
import { root, runNode } from './run.mjs';

ensureInstalled();
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
process.exitCode = await runNode(vitest, [
  'run',
  '--config',
  'vitest.workspace.ts',
  ...process.argv.slice(2),
]);
