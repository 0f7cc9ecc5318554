import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type AgentConfig, findExecutable, recipes } from '@holdfast/bridge';
import type { Finding } from './finding.ts';

/** Where agents are looked for. */
export interface AgentSurroundings {
  /** The PATH agents are started with. */
  readonly path: string;
  readonly cwd: string;
}

/** Looks for every agent there is a recipe for, and every configured one. */
export function checkAgents(
  configured: Readonly<Record<string, AgentConfig>>,
  surroundings: AgentSurroundings,
): readonly Finding[] {
  const known = Object.values(recipes);
  const own = Object.keys(configured).filter((name) => !known.some((recipe) => recipe.name === name));
  return [
    ...known.map((recipe) => checkAgent(recipe, configured[recipe.name], surroundings)),
    ...own.map((name) => checkAgent({ name, args: [], installHint: '' }, configured[name], surroundings)),
  ];
}

interface Launch {
  readonly name: string;
  readonly command?: string;
  readonly args: readonly string[];
  readonly installHint: string;
}

function checkAgent(
  recipe: Launch,
  agent: AgentConfig | undefined,
  { path, cwd }: AgentSurroundings,
): Finding {
  const topic = `agent ${recipe.name}`;
  const command = agent?.command ?? recipe.command;
  if (command === undefined) {
    return {
      topic,
      status: 'broken',
      detail: 'has no command and no recipe of that name',
      remedy: 'configure its "command"',
    };
  }
  const file = findExecutable(command, agent?.env?.['PATH'] ?? path, agent?.cwd ?? cwd);
  if (file === undefined) {
    const detail = `${command} was not found`;
    // What somebody configured is meant to be there; a recipe is an offer.
    return agent?.command === undefined
      ? { topic, status: 'missing', detail, remedy: recipe.installHint }
      : { topic, status: 'broken', detail, remedy: 'install it, or configure the full path of its command' };
  }
  const script = command === process.execPath ? recipe.args.at(-1) : undefined;
  if (script !== undefined && !existsSync(script)) {
    return {
      topic,
      status: 'broken',
      detail: `${script} is not there`,
      remedy: 'install or build Holdfast again',
    };
  }
  const version = packageVersionOf(file);
  return { topic, status: 'ok', detail: script ?? (version === undefined ? file : `${version} at ${file}`) };
}

/** The version in the package an executable belongs to: known without starting it, when it came from npm. */
function packageVersionOf(file: string): string | undefined {
  try {
    const real = realpathSync(file);
    if (!real.includes('node_modules')) return undefined;
    const manifestPath = findPackageJSON('.', pathToFileURL(real));
    const manifest: unknown =
      manifestPath === undefined ? undefined : JSON.parse(readFileSync(manifestPath, 'utf8'));
    const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
    return isManifest && typeof manifest.version === 'string' ? manifest.version : undefined;
  } catch {
    // Not from a package that can be read: it has no version to show, and is no less there.
    return undefined;
  }
}
