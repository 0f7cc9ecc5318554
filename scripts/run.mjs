// Runs a script of this repository with a Node that is new enough (>= 22.18: the tools need it, and it reads
// TypeScript). The Node at hand is used where it will do; otherwise the one from our optional dependencies.
//   node scripts/run.mjs FILE [args…]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];

/** The executable of a Node >= 22.18. */
export function nodeBinary() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const os = process.platform === 'win32' ? 'win' : process.platform;
  const bundled = join(
    root,
    'node_modules',
    `node-${os}-${process.arch}`,
    'bin',
    os === 'win' ? 'node.exe' : 'node',
  );
  if (existsSync(bundled)) return bundled;
  throw new Error(
    `Node ${process.versions.node} is too old and no newer one is bundled for ${process.platform}-${process.arch}: install Node 22.18 or later`,
  );
}

/** Runs FILE with its arguments in the foreground; resolves with its exit code. Signals reach it exactly once. */
export function runNode(file, args, { flags = SOURCES, env = process.env, stdio = 'inherit' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(nodeBinary(), [...flags, file, ...args], { stdio, env });
    // A terminal sends Ctrl-C to the whole foreground group, the child included; only a lone kill is passed on.
    const onInterrupt = () => void (process.stdin.isTTY || child.kill('SIGINT'));
    const onTerminate = () => void child.kill('SIGTERM');
    process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate).on('SIGHUP', onTerminate);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate).off('SIGHUP', onTerminate);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

const isMain = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isMain) process.exitCode = await runNode(process.argv[2], process.argv.slice(3));
