// Bundles the SDK for browsers as an application would and weighs it, minified and gzipped.
//   node scripts/run.mjs scripts/check-bundle.mjs [--sources]
// Weighs the built packages, which is what users get; --sources weighs the sources, for a look before a build.
import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './run.mjs';

const KB = 1024;
const bundles = [
  {
    name: 'core (client, session, events)',
    limitBytes: 8 * KB,
    code: `export { HoldfastClient, HoldfastError, isEvent, agentText } from '@holdfast/sdk';`,
  },
  { name: 'with reducer and store', limitBytes: 12 * KB, code: `export * from '@holdfast/sdk';` },
];

/** Bundles one entry; returns its size and what is wrong with it. */
async function weigh({ name, limitBytes, code }, conditions) {
  const result = await build({
    stdin: { contents: code, resolveDir: root, loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2023',
    platform: 'browser',
    conditions,
    // Left outside so that they show in the result as imports instead of failing with less to say.
    external: ['node:*', ...builtinModules],
    logLevel: 'error',
  });
  const [output] = Object.values(result.metafile.outputs);
  const bytes = gzipSync(result.outputFiles[0].contents, { level: 9 }).length;
  const inputs = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const faults = [
    ...output.imports.map(({ path }) => `imports ${path}`),
    ...inputs
      .filter(([path]) => /node_modules\/@?(typebox|sinclair)\b/.test(path))
      .map(([path]) => `contains ${path}`),
    ...(bytes > limitBytes ? [`is over its limit of ${limitBytes} bytes`] : []),
  ];
  return { name, bytes, limitBytes, faults, inputs };
}

const isSources = process.argv.includes('--sources');
const built = ['packages/protocol/dist/view.js', 'packages/sdk/dist/index.js'];
if (!isSources && !built.every((path) => existsSync(join(root, path))))
  throw new Error('The SDK is not built: run `npm run build` first, or weigh the sources with --sources');

for (const bundle of bundles) {
  const { name, bytes, limitBytes, faults, inputs } = await weigh(
    bundle,
    isSources ? ['holdfast-source'] : [],
  );
  console.log(`${name.padEnd(32)} ${String(bytes).padStart(6)} B min+gzip, limit ${limitBytes}`);
  if (process.argv.includes('--verbose'))
    for (const [path, { bytesInOutput }] of inputs.toSorted(
      (a, b) => b[1].bytesInOutput - a[1].bytesInOutput,
    ))
      console.log(`  ${String(bytesInOutput).padStart(6)} ${path}`);
  for (const fault of faults) console.error(`${name} ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
