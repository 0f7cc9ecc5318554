import { isBuiltin } from 'node:module';
import { isTestFile, packageOf, roomOf, type SourceFile, targetOf } from './source-file.ts';

/** What a rule found, one line each: where, and what is there. */
export type Offences = readonly string[];

/** Which packages a package may import; the table in ARCHITECTURE.md documents this one. */
const edges: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  bridge: ['protocol'],
  sdk: ['protocol'],
  server: ['protocol', 'bridge'],
  'server/src/cli': ['protocol', 'bridge', 'sdk'],
};

const allowedFrom = (path: string): readonly string[] =>
  path.startsWith('packages/server/src/cli/')
    ? (edges['server/src/cli'] ?? [])
    : (edges[roomOf(path) ?? ''] ?? []);

/** Packages import each other by name and only along the arrows. */
export function packageEdges(files: readonly SourceFile[]): Offences {
  return everyImport(files.filter(isProduct), (file, found) => {
    const own = roomOf(file.path);
    const target = targetOf(file, found);
    if (target !== undefined) {
      return roomOf(target) === own ? undefined : `reaches into ${target} by path`;
    }
    const other = /^@holdfast\/([^/]+)/.exec(found.specifier)?.[1];
    if (other === undefined || other === own || allowedFrom(file.path).includes(other)) return undefined;
    return `imports ${found.specifier}`;
  });
}

/** A package imports nothing that its package.json does not list; `manifests` has the names by package. */
export function declaredDependencies(
  files: readonly SourceFile[],
  manifests: Readonly<Record<string, readonly string[]>>,
): Offences {
  return everyImport(files.filter(isProduct), (file, found) => {
    const name = packageOf(found);
    const own = roomOf(file.path) ?? '';
    if (name === undefined || isBuiltin(name) || manifests[own]?.includes(name)) return undefined;
    return `imports ${name}`;
  });
}

/** A package lists nothing that it does not import: everybody who installs it pays for it. */
export function usedDependencies(
  files: readonly SourceFile[],
  manifests: Readonly<Record<string, readonly string[]>>,
): Offences {
  return Object.entries(manifests).flatMap(([room, names]) => {
    const own = files.filter((file) => isProduct(file) && roomOf(file.path) === room);
    const used = new Set(own.flatMap(({ imports }) => imports.map(packageOf)));
    return names
      .filter((name) => own.length > 0 && !used.has(name))
      .map((name) => `packages/${room}/package.json lists ${name}`);
  });
}

/** The bridge knows neither HTTP nor its status codes. */
export function bridgeWithoutHttp(files: readonly SourceFile[]): Offences {
  const isHttp = (specifier: string) => /^(@?fastify(\/|$)|node:https?2?$)/.test(specifier);
  return everyImport(
    files.filter((file) => isProduct(file) && roomOf(file.path) === 'bridge'),
    (_, { specifier, names }) => {
      if (isHttp(specifier)) return `imports ${specifier}`;
      const isStatus =
        specifier.startsWith('@holdfast/protocol') && (names.includes('httpStatus') || names.includes('*'));
      return isStatus ? `imports httpStatus from ${specifier}` : undefined;
    },
  );
}

/** Protocol and SDK run in browsers. */
export function noNodeInBrowserPackages(files: readonly SourceFile[]): Offences {
  return everyImport(
    files.filter((file) => isProduct(file) && ['protocol', 'sdk'].includes(roomOf(file.path) ?? '')),
    (_, { specifier }) => (isBuiltin(specifier) ? `imports ${specifier}` : undefined),
  );
}

/** The SDK takes only types from the protocol's main entry, whose schemas would weigh on every browser bundle. */
export function typesOnlyFromSchemas(files: readonly SourceFile[]): Offences {
  return everyImport(
    files.filter((file) => isProduct(file) && roomOf(file.path) === 'sdk'),
    (_, { specifier, isTypeOnly }) =>
      specifier === '@holdfast/protocol' && !isTypeOnly ? `imports values from ${specifier}` : undefined,
  );
}

/** The one file that may import each library that speaks a protocol or a database. */
const owners: readonly { readonly library: RegExp; readonly folder: string; readonly isTypeOnly?: true }[] = [
  { library: /^@agentclientprotocol\/sdk(\/|$)/, folder: 'packages/bridge/src/agents/' },
  {
    library: /^@agentclientprotocol\/sdk(\/|$)/,
    folder: 'packages/bridge/src/demo-agent/',
    isTypeOnly: true,
  },
  { library: /^node:sqlite$|^better-sqlite3$/, folder: 'packages/bridge/src/journal/' },
  { library: /^@nats-io\//, folder: 'packages/bridge/src/journal/' },
  { library: /^react(-dom)?(\/|$)/, folder: 'packages/sdk/src/react/' },
];

/** Each such library is imported by one file of its folder, which owns the casts it makes necessary. */
export function oneFilePerLibrary(files: readonly SourceFile[]): Offences {
  const importers = new Map<(typeof owners)[number], Set<string>>();
  const misplaced = everyImport(files.filter(isProduct), (file, { specifier, isTypeOnly }) => {
    const rows = owners.filter(({ library }) => library.test(specifier));
    if (rows.length === 0) return undefined;
    const row = rows.find(({ folder }) => file.path.startsWith(folder));
    if (row === undefined)
      return `imports ${specifier} outside ${rows.map(({ folder }) => folder).join(' and ')}`;
    importers.set(row, (importers.get(row) ?? new Set()).add(file.path));
    return row.isTypeOnly && !isTypeOnly ? `imports more than types from ${specifier}` : undefined;
  });
  const shared = [...importers]
    .filter(([, paths]) => paths.size > 1)
    .map(([{ library }, paths]) => `${[...paths].join(', ')} all import ${library.source}`);
  return [...misplaced, ...shared];
}

/** No file imports itself by a detour, types included: what belongs together that closely belongs in one file. */
export function noCycles(files: readonly SourceFile[]): Offences {
  const graph = new Map(
    files.map((file) => [file.path, file.imports.flatMap((found) => targetOf(file, found) ?? [])]),
  );
  const finished = new Set<string>();
  const cycles = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.add([...trail.slice(start), path].join(' → '));
    if (start >= 0 || finished.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return [...cycles];
}

/** Only the entries of a package hand on what other files export. */
export function noBarrels(files: readonly SourceFile[], entries: readonly string[]): Offences {
  return everyImport(
    files.filter((file) => isProduct(file) && !entries.includes(file.path)),
    (file, found) =>
      found.isReExport && targetOf(file, found) !== undefined ? `re-exports ${found.specifier}` : undefined,
  );
}

/** The entries name what they export, so that nothing becomes public by accident. */
export function noStarExports(files: readonly SourceFile[]): Offences {
  return everyImport(files, (_, { isReExport, names, specifier }) =>
    isReExport && names.includes('*') ? `exports everything of ${specifier}` : undefined,
  );
}

const isProduct = (file: SourceFile) => roomOf(file.path) !== undefined && !isTestFile(file);

function everyImport(
  files: readonly SourceFile[],
  complaint: (file: SourceFile, found: SourceFile['imports'][number]) => string | undefined,
): Offences {
  return files.flatMap((file) =>
    file.imports.flatMap((found) => {
      const text = complaint(file, found);
      return text === undefined ? [] : [`${file.path}:${found.line} ${text}`];
    }),
  );
}
