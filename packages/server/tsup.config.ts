import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', cli: 'src/cli/main.ts' },
  format: 'esm',
  target: 'es2023',
  platform: 'node',
  // tsup would write `sqlite`, which exists only as `node:sqlite`.
  removeNodeProtocol: false,
  dts: { compilerOptions: { composite: false, emitDeclarationOnly: false, noEmit: false } },
  sourcemap: true,
  clean: true,
});
