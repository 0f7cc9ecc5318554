import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const bundle = async (entry: string) => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs);
};

test('a bundle of the view entry holds no TypeBox', async () => {
  expect((await bundle('view.ts')).filter((file) => file.includes('typebox'))).toEqual([]);
});

test('the check would notice it: the main entry holds TypeBox', async () => {
  expect((await bundle('index.ts')).some((file) => file.includes('typebox'))).toBe(true);
});
