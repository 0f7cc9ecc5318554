import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', view: 'src/view.ts' },
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  dts: { compilerOptions: { composite: false, emitDeclarationOnly: false, noEmit: false } },
  sourcemap: true,
  clean: true,
});
