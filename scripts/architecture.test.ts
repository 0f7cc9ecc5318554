import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lineBudget, maxLines, noDefaultExports, noHiddenClock } from './architecture/code-rules.ts';
import {
  bridgeWithoutHttp,
  declaredDependencies,
  noBarrels,
  noCycles,
  noNodeInBrowserPackages,
  noStarExports,
  oneFilePerLibrary,
  packageEdges,
  typesOnlyFromSchemas,
  usedDependencies,
} from './architecture/import-rules.ts';
import { parseSource, readSources, type SourceFile } from './architecture/source-file.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rooms = ['protocol', 'bridge', 'sdk', 'server'];
const manifests = rooms.map((room) => ({
  room,
  // Our own files: npm itself checks their shape.
  ...(JSON.parse(readFileSync(join(root, 'packages', room, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
    exports: Record<string, Record<string, string>>;
  }),
}));
const dependencies = Object.fromEntries(
  manifests.map(({ room, dependencies, peerDependencies }) => [
    room,
    Object.keys({ ...dependencies, ...peerDependencies }),
  ]),
);
const entries = manifests.flatMap(({ room, exports }) =>
  Object.values(exports).map((conditions) => join('packages', room, conditions['holdfast-source'] ?? '')),
);
const repository = [...rooms.map((room) => `packages/${room}/src`), 'scripts'].flatMap((folder) =>
  readSources(root, folder),
);

interface Rule {
  readonly title: string;
  readonly check: (files: readonly SourceFile[]) => readonly string[];
  /** What to do about an offence. */
  readonly remedy: string;
  /** Files that break the rule, by path; each offence names a part of `offends`. */
  readonly broken: Readonly<Record<string, string>>;
  readonly offends: readonly string[];
  /** Files close to that which keep it. */
  readonly kept: Readonly<Record<string, string>>;
}

const rules: readonly Rule[] = [
  {
    title: 'packages import each other only along the arrows, and by name',
    check: packageEdges,
    remedy: 'Move the code to the package that may know it (ARCHITECTURE.md, "Packages and direction").',
    broken: {
      'packages/protocol/src/a.ts': `import type { B } from '@holdfast/bridge';`,
      'packages/server/src/routes/b.ts': `import { HoldfastClient } from '@holdfast/sdk';`,
      'packages/bridge/src/c.ts': `import { x } from '../../protocol/src/x.ts';`,
    },
    offends: ['a.ts:1 imports @holdfast/bridge', 'b.ts:1 imports @holdfast/sdk', 'c.ts:1 reaches into'],
    kept: {
      'packages/server/src/cli/run.ts': `import { HoldfastClient } from '@holdfast/sdk';`,
      'packages/bridge/src/a.int.test.ts': `import { createServer } from '@holdfast/server';`,
    },
  },
  {
    title: 'a package imports nothing that its package.json does not list',
    check: (files) => declaredDependencies(files, dependencies),
    remedy: 'Add it to "dependencies" with an exact version, or do without it.',
    broken: { 'packages/bridge/src/a.ts': `const f = await import('esbuild/lib/main.js');` },
    offends: ['a.ts:1 imports esbuild'],
    kept: {
      'packages/bridge/src/b.ts': `import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';\nimport 'path';`,
    },
  },
  {
    title: 'a package lists nothing that it does not import',
    check: (files) => usedDependencies(files, dependencies),
    remedy: 'Remove it from "dependencies" and from the lockfile.',
    broken: { 'packages/protocol/src/a.ts': `import { isBuiltin } from 'node:module';` },
    offends: ['protocol/package.json lists typebox'],
    kept: { 'packages/protocol/src/a.ts': `import { Type } from 'typebox';` },
  },
  {
    title: 'the bridge knows neither HTTP nor status codes',
    check: bridgeWithoutHttp,
    remedy: 'Throw a DaemonError with a code; the server turns codes into status codes.',
    broken: {
      'packages/bridge/src/a.ts': `import { DaemonError, httpStatus as s } from '@holdfast/protocol';`,
      'packages/bridge/src/b.ts': `import type { FastifyInstance } from 'fastify';`,
      'packages/bridge/src/c.ts': `import * as view from '@holdfast/protocol/view';`,
    },
    offends: ['a.ts:1 imports httpStatus', 'b.ts:1 imports fastify', 'c.ts:1 imports httpStatus'],
    kept: { 'packages/bridge/src/c.ts': `import { DaemonError } from '@holdfast/protocol';` },
  },
  {
    title: 'protocol and SDK import nothing of Node',
    check: noNodeInBrowserPackages,
    remedy: 'Use what browsers have too (fetch, TextDecoder, AbortSignal), or move the code to the bridge.',
    broken: { 'packages/sdk/src/a.ts': `import { once } from 'node:events';\nimport 'fs';` },
    offends: ['a.ts:1 imports node:events', 'a.ts:2 imports fs'],
    kept: { 'packages/sdk/src/a.test.ts': `import { createServer } from 'node:http';` },
  },
  {
    title: 'the SDK takes only types from the schemas',
    check: typesOnlyFromSchemas,
    remedy: 'Write `import type`, or take the value from @holdfast/protocol/view.',
    broken: { 'packages/sdk/src/a.ts': `import { type A, isB } from '@holdfast/protocol';` },
    offends: ['a.ts:1 imports values'],
    kept: {
      'packages/sdk/src/b.ts': `import type { A } from '@holdfast/protocol';\nimport { b } from '@holdfast/protocol/view';`,
    },
  },
  {
    title: 'each library that speaks a protocol is imported by one file, which owns its casts',
    check: oneFilePerLibrary,
    remedy: 'Import the owning file, and widen what it offers where something is missing.',
    broken: {
      'packages/bridge/src/agents/a.ts': `import { client } from '@agentclientprotocol/sdk';`,
      'packages/bridge/src/agents/b.ts': `import type { X } from '@agentclientprotocol/sdk/unstable';`,
      'packages/bridge/src/demo-agent/c.ts': `import { agent } from '@agentclientprotocol/sdk';`,
      'packages/server/src/d.ts': `import { DatabaseSync } from 'node:sqlite';`,
    },
    offends: [
      'c.ts:1 imports more than types',
      'd.ts:1 imports node:sqlite outside',
      'a.ts, packages/bridge/src/agents/b.ts all import',
    ],
    kept: { 'packages/bridge/src/journal/sqlite/database.ts': `import { DatabaseSync } from 'node:sqlite';` },
  },
  {
    title: 'no file imports itself by a detour',
    check: noCycles,
    remedy: 'Put what both need into a file of its own, or what belongs together into one.',
    broken: {
      'packages/bridge/src/a.ts': `import { b } from './b/b.ts';`,
      'packages/bridge/src/b/b.ts': `import type { C } from './c.ts';`,
      'packages/bridge/src/b/c.ts': `export { a } from '../a.ts';`,
    },
    offends: ['a.ts → packages/bridge/src/b/b.ts → packages/bridge/src/b/c.ts → packages/bridge/src/a.ts'],
    kept: {
      'packages/bridge/src/a.ts': `import './b.ts';\nimport './c.ts';`,
      'packages/bridge/src/b.ts': `import './c.ts';`,
      'packages/bridge/src/c.ts': '',
    },
  },
  {
    title: 'only the entries of a package re-export',
    check: (files) => noBarrels(files, entries),
    remedy: 'Import the file itself; what is public is named in src/index.ts.',
    broken: { 'packages/sdk/src/events/index.ts': `export { backoff } from './backoff.ts';` },
    offends: ['index.ts:1 re-exports ./backoff.ts'],
    kept: { 'packages/sdk/src/index.ts': `export { backoff } from './events/backoff.ts';` },
  },
  {
    title: 'nothing is exported by star',
    check: noStarExports,
    remedy: 'Name what is exported.',
    broken: { 'packages/sdk/src/index.ts': `export * from './client.ts';` },
    offends: ['index.ts:1 exports everything'],
    kept: { 'packages/sdk/src/index.ts': `export { a } from './client.ts';` },
  },
  {
    title: 'nothing is exported as default',
    check: noDefaultExports,
    remedy: 'Give it a name.',
    broken: {
      'packages/sdk/src/a.ts': 'export default function a() {}',
      'packages/sdk/src/b.ts': 'const b = 1;\nexport { b as default };',
      'scripts/c.mjs': 'export default 1;',
    },
    offends: ['a.ts:1 exports', 'b.ts:2 exports', 'c.mjs:1 exports'],
    kept: { 'packages/sdk/src/d.ts': 'export function d() {}' },
  },
  {
    title: `no source is longer than ${maxLines} lines`,
    check: lineBudget,
    remedy: 'It holds two concepts: split it, and name each file after one.',
    broken: {
      'packages/bridge/src/a.ts': '\n'.repeat(maxLines + 1),
      'scripts/b.mjs': '//\n'.repeat(maxLines + 1),
    },
    offends: ['a.ts has 251 lines', 'b.mjs has 251 lines'],
    kept: {
      'packages/bridge/src/c.ts': '\n'.repeat(maxLines),
      'packages/bridge/src/a.test.ts': '\n'.repeat(maxLines + 1),
      'packages/sdk/src/routes.gen.ts': '\n'.repeat(maxLines + 1),
    },
  },
  {
    title: 'time and randomness are touched in runtime/ only',
    check: noHiddenClock,
    remedy: 'Take a Clock or Ids port; the real ones live in runtime/.',
    broken: {
      'packages/bridge/src/a.ts': 'const at = Date.now() + Math.random() + performance.now();',
      'packages/sdk/src/b.ts': 'setTimeout(f, 1);\nconst g = setInterval;',
      'packages/server/src/c.ts': `import { randomUUID as id } from 'node:crypto';\nnew Date();\ncrypto.randomUUID();`,
      'packages/server/src/d.ts': `import { setImmediate as next } from 'node:timers/promises';`,
    },
    offends: [
      ...['a.ts:1 uses Date.now', 'a.ts:1 uses Math.random', 'a.ts:1 uses performance.now'],
      ...['b.ts:1 uses setTimeout', 'b.ts:2 uses setInterval'],
      ...['c.ts:1 uses randomUUID', 'c.ts:2 uses new Date()', 'c.ts:3 uses crypto.randomUUID'],
      'd.ts:1 uses setImmediate',
    ],
    kept: {
      'packages/bridge/src/runtime/clock.ts': 'export const now = () => Date.now();',
      'packages/bridge/src/demo-agent/turn.ts': 'setTimeout(f, 1);',
      'packages/bridge/src/session/a.ts':
        '/** Not Date.now. */ clock.setTimeout(f, 1); new Date(at); const x = { setTimeout: 1 };',
      'packages/bridge/src/ports/clock.ts': 'export interface Clock { setTimeout(ms: number): void }',
      'scripts/bench.ts': 'const at = performance.now();',
    },
  },
];

const parse = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, text]) => parseSource(path, text));

describe('the architecture', () => {
  test.each(rules)('$title', ({ check, remedy }) => {
    const offences = check(repository);
    if (offences.length > 0) throw new Error(`${offences.join('\n')}\n${remedy}`);
  });
});

describe('the architecture rules can fail', () => {
  test.each(rules)(
    '$title: a broken file is named, one that keeps it is not',
    ({ check, broken, offends, kept }) => {
      expect(check(parse(broken))).toEqual(offends.map((part) => expect.stringContaining(part)));
      expect(check(parse(kept))).toEqual([]);
    },
  );

  test('the whole of the repository is looked at', () => {
    for (const room of [...rooms.map((room) => `packages/${room}/src/`), 'scripts/'])
      expect(repository.filter(({ path }) => path.startsWith(room)).length).toBeGreaterThan(5);
  });
});
