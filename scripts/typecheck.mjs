// Type-checks each package with its own libraries (the SDK and the protocol see no Node), then all tests and scripts.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeBinary, root } from './run.mjs';

const projects = ['packages/protocol', 'packages/bridge', 'packages/sdk', 'packages/server', '.'];
const tsc = join(root, 'node_modules/typescript7/bin/tsc');
const failed = projects.filter((project) => {
  const { status } = spawnSync(nodeBinary(), [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
  return status !== 0;
});
if (failed.length > 0) {
  console.error(`type errors in: ${failed.join(', ')}`);
  process.exitCode = 1;
}
