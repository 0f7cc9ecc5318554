// npm start: installs, builds and starts the daemon. Arguments go to `holdfast serve`.
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from './bootstrap.mjs';
import { root, runNode } from './run.mjs';

ensureInstalled();
await ensureBuilt();
const cli = join(root, 'packages/server/dist/cli.js');
process.exitCode = await runNode(cli, ['serve', ...process.argv.slice(2)], { flags: [] });
