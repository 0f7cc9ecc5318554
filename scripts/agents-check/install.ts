// Installs an agent's npm package into a cache folder and says how to launch it with the running Node.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version of each agent that the check runs against; move one only together with docs/agents.md. */
export const pinnedVersions = {
  qwen: '0.24.4',
  gemini: '0.61.0',
  claude: '0.100.0',
  opencode: '1.18.33',
} as const;

export type InstallableAgent = keyof typeof pinnedVersions;

export interface InstallRequest {
  readonly name: string;
  readonly npmPackage: string;
  readonly bin: string;
  /** File below node_modules to launch instead of the bin, which only a postinstall script would put in its place. */
  readonly binary?: string;
  readonly version: string;
  readonly cacheFolder?: string;
  readonly log?: (line: string) => void;
}

export interface InstalledAgent {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** The executable to spawn: the running Node for a script, the file itself for a binary. */
  readonly command: string;
  /** What comes before the recipe's own arguments. */
  readonly leadingArgs: readonly string[];
}

const MARKER = '.installed.json';
const repositoryRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The default cache, ignored by git. */
export const defaultCacheFolder = join(repositoryRoot, '.cache', 'agents');

/** Tells whether the check knows a version of this agent. */
export const isInstallable = (name: string): name is InstallableAgent => Object.hasOwn(pinnedVersions, name);

/** Installs the package once; later calls with the same version reuse it. Rejects with the end of npm's output. */
export async function installAgent(request: InstallRequest): Promise<InstalledAgent> {
  const folder = resolve(request.cacheFolder ?? defaultCacheFolder, request.name);
  const wanted = JSON.stringify({ npmPackage: request.npmPackage, version: request.version });
  const marker = join(folder, MARKER);
  const present = existsSync(marker) && (await readFile(marker, 'utf8')) === wanted;
  if (!present) {
    request.log?.(`installing ${request.npmPackage}@${request.version}`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }));
    await runNpm(['install', `${request.npmPackage}@${request.version}`, '--prefix', folder], folder);
    await writeFile(marker, wanted);
  }
  const modules = join(folder, 'node_modules');
  const launch =
    request.binary === undefined
      ? await launchOf(join(modules, request.npmPackage), request.bin)
      : { command: join(modules, request.binary), leadingArgs: [] };
  return { name: request.name, version: request.version, folder, ...launch };
}

type Launch = Pick<InstalledAgent, 'command' | 'leadingArgs'>;

/** The shim in .bin would start whichever Node is first on PATH, which may be too old for the agent. */
async function launchOf(packageFolder: string, bin: string): Promise<Launch> {
  const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const entry = join(packageFolder, binPath(manifest, bin));
  if (!existsSync(entry)) throw new Error(`${packageFolder} has no file for its bin "${bin}" (${entry})`);
  if (/\.[cm]?js$/.test(entry) || (await firstLine(entry)).includes('node')) {
    return { command: process.execPath, leadingArgs: [entry] };
  }
  return { command: entry, leadingArgs: [] };
}

function binPath(manifest: unknown, bin: string): string {
  const declared =
    typeof manifest === 'object' && manifest !== null && 'bin' in manifest ? manifest.bin : null;
  if (typeof declared === 'string') return declared;
  const path = Object.entries(declared ?? {}).find(([name]) => name === bin)?.[1];
  if (typeof path !== 'string') throw new Error(`the package declares no bin "${bin}"`);
  return path;
}

async function firstLine(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(128), 0, 128, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    return start.startsWith('#!') ? (start.split('\n')[0] ?? '') : '';
  } finally {
    await handle.close();
  }
}

/**
 * Under an older Node npm silently picks older dependencies, so npm's own script runs with this Node where it is known
 * (npm sets npm_execpath for `npm run`).
 */
function runNpm(args: readonly string[], folder: string): Promise<void> {
  const script = process.env['npm_execpath'];
  const [command, leading] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  const quiet = ['--no-audit', '--no-fund', '--omit=dev', '--loglevel=error', '--no-update-notifier'];
  return new Promise((done, fail) => {
    const child = spawn(command, [...leading, ...args, ...quiet, '--ignore-scripts'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', fail);
    child.once('close', (code) => {
      if (code === 0) done();
      else fail(new Error(`npm ${args.join(' ')} failed with code ${code}:\n${output}`));
    });
  });
}
