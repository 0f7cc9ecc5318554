import { hash } from 'node:crypto';
import type { AgentCatalog } from '../ports/session-index.ts';

type Offered = Omit<AgentCatalog, 'digest'>;

/**
 * Catalogs in memory by digest. It saves memory and nothing else: whether two sessions share one object or have two
 * equal ones shows nowhere.
 */
const known = new Map<string, WeakRef<AgentCatalog>>();
const forgotten = new FinalizationRegistry<string>((digest) => {
  if (known.get(digest)?.deref() === undefined) known.delete(digest);
});

/** What an agent offers; equal contents give the same object as long as anybody holds it. */
export function agentCatalog({ modes, models, configOptions, availableCommands }: Offered): AgentCatalog {
  const offered: Offered = {
    modes: without(modes, 'currentModeId'),
    models: without(models, 'currentModelId'),
    configOptions: configOptions ?? null,
    availableCommands,
  };
  const digest = digestOf(JSON.stringify(offered));
  return knownCatalog(digest) ?? keep({ digest, ...offered });
}

/** The catalog of that digest, if it is in memory. */
export const knownCatalog = (digest: string): AgentCatalog | undefined => known.get(digest)?.deref();

/** What is stored of a catalog. */
export function encodeCatalog({ digest: _, ...offered }: AgentCatalog): string {
  return JSON.stringify(offered);
}

/** Reads back what `encodeCatalog` gave; undefined when it is not what the digest stands for. */
export function decodeCatalog(digest: string, json: string): AgentCatalog | undefined {
  if (digestOf(json) !== digest) return undefined;
  // The digest says that encodeCatalog wrote it.
  return knownCatalog(digest) ?? keep({ digest, ...(JSON.parse(json) as Offered) });
}

/** 132 bits of SHA-256: no two catalogs have the same. */
const digestOf = (json: string): string => hash('sha256', json, 'base64url').slice(0, 22);

function keep(catalog: AgentCatalog): AgentCatalog {
  known.set(catalog.digest, new WeakRef(catalog));
  forgotten.register(catalog, catalog.digest);
  return Object.freeze(catalog);
}

/** The current choice is each session's own. */
function without(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !(key in value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** Of an agent that has said nothing yet. */
export const emptyCatalog: AgentCatalog = agentCatalog({
  modes: null,
  models: null,
  configOptions: null,
  availableCommands: [],
});
