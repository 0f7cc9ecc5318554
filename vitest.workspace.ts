import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

/** Tests run against the sources: no build comes first. */
const alias = [
  { find: /^@holdfast\/protocol\/view$/, replacement: source('protocol/src/view.ts') },
  { find: /^@holdfast\/(protocol|bridge|sdk|server)$/, replacement: `${source('$1/src/index.ts')}` },
];

const project = (name: string, include: string[]) => ({
  resolve: { alias },
  test: { name, include, testTimeout: 30_000, hookTimeout: 30_000, pool: 'forks' as const },
});

export default defineConfig({
  test: {
    // Half of the time goes into waiting for processes: even two cores carry two files at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project('protocol', ['packages/protocol/src/**/*.test.ts']),
      project('bridge', ['packages/bridge/{src,examples}/**/*.test.ts']),
      project('sdk', ['packages/sdk/src/**/*.test.ts']),
      project('server', ['packages/server/{src,examples}/**/*.test.ts']),
      project('scripts', ['scripts/**/*.test.ts']),
    ],
  },
});
