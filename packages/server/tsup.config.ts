import { defineConfig } from 'tsup';

const common = {
  format: 'esm',
  target: 'es2023',
  platform: 'node',
  // tsup would write `sqlite`, which exists only as `node:sqlite`.
  removeNodeProtocol: false,
  sourcemap: true,
} as const;

export default defineConfig([
  {
    ...common,
    entry: { index: 'src/index.ts' },
    dts: { compilerOptions: { composite: false, emitDeclarationOnly: false, noEmit: false } },
  },
  {
    ...common,
    // The command carries what it runs: reading one file instead of a thousand halves the time to the first answer.
    entry: { cli: 'src/cli/main.ts' },
    // All but the demo agent, which runs as a process of its own.
    noExternal: [/^(?!@holdfast\/bridge\/demo-agent$)/],
    external: ['@holdfast/bridge/demo-agent'],
    // CommonJS inside the bundle asks for built-in modules by `require`.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    dts: { compilerOptions: { composite: false, emitDeclarationOnly: false, noEmit: false } },
  },
]);
