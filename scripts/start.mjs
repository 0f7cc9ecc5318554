// npm start: installs, builds and starts the daemon. Arguments go to `holdfast serve`.
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from './bootstrap.mjs';
import { root, runNode } from './run.mjs';

ensureInstalled();
await ensureBuilt();
// What the command line calls itself in the lines it offers for copying.
const env = { ...process.env, HOLDFAST_INVOKED_AS: 'npm run -s holdfast --' };
const cli = join(root, 'packages/server/dist/cli.js');
process.exitCode = await runNode(cli, ['serve', ...process.argv.slice(2)], { flags: [], env });
