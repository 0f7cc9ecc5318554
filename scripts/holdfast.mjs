// npm run -s holdfast -- ARGS: the command line, built when needed; prints nothing of its own on stdout.
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from './bootstrap.mjs';
import { root, runNode } from './run.mjs';

ensureInstalled();
await ensureBuilt();
const cli = join(root, 'packages/server/dist/cli.js');
process.exitCode = await runNode(cli, process.argv.slice(2), { flags: [] });
