// Packs the built packages as npm would publish them and looks at the result: publint, Are The Types Wrong, lockstep
// versions, the list of files, and whether what is packed can be imported and started.
//   node scripts/run.mjs scripts/check-packages.mjs
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { nodeBinary, root } from './run.mjs';

const names = ['protocol', 'bridge', 'sdk', 'server'];
const published = /^(package\.json|README\.md|LICENSE|dist\/[^/]+\.(js|d\.ts|js\.map))$/;
const required = ['README.md', 'LICENSE', 'package.json'];
// Below node_modules, so that the packed copies find each other first and everybody else's packages after.
const scratch = join(root, 'node_modules/.cache/holdfast-packed');

const packages = names.map((name) => {
  const folder = join(root, 'packages', name);
  return { name, folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) };
});

rmSync(scratch, { recursive: true, force: true });
let faultCount = 0;
for (const one of packages) report(one.manifest.name, await faultsOf(one));
if (faultCount === 0)
  for (const one of packages) report(`${one.manifest.name}, as installed`, useFaults(one));
if (faultCount > 0) {
  console.error(`${faultCount} ${faultCount === 1 ? 'fault' : 'faults'} in the packages`);
  process.exitCode = 1;
}

function report(title, faults) {
  faultCount += faults.length;
  console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${title}`);
  for (const fault of faults) console.log(`     ${fault.replaceAll('\n', '\n     ')}`);
}

async function faultsOf({ folder, manifest }) {
  if (!existsSync(join(folder, 'dist/.built'))) return ['is not built: run npm run build first'];
  const target = join(scratch, 'node_modules', manifest.name);
  mkdirSync(target, { recursive: true });
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], folder);
  if (packed.status !== 0) return [`npm pack failed: ${packed.output}`];
  const [{ filename, files }] = JSON.parse(packed.stdout);
  const tarball = join(scratch, filename);
  const unpacked = run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], root);
  if (unpacked.status !== 0) return [`tar failed: ${unpacked.output}`];
  return [
    ...versionFaults(manifest),
    ...fileFaults(files.map(({ path }) => path)),
    ...(await publintFaults(target)),
    ...typeFaults(tarball),
  ];
}

function versionFaults({ version, engines, dependencies = {} }) {
  const [first] = packages;
  const ours = new Set(packages.map(({ manifest }) => manifest.name));
  return [
    ...(version === first.manifest.version
      ? []
      : [`is ${version}, ${first.manifest.name} is ${first.manifest.version}`]),
    ...(engines?.node === first.manifest.engines.node
      ? []
      : [`wants Node ${engines?.node}, not ${first.manifest.engines.node}`]),
    ...Object.entries(dependencies).flatMap(([name, range]) => {
      if (ours.has(name))
        return range === version ? [] : [`depends on ${name} ${range}, not on its own version ${version}`];
      return /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range)
        ? []
        : [`depends on ${name} ${range}: name one exact version`];
    }),
  ];
}

function fileFaults(paths) {
  return [
    ...paths.filter((path) => !published.test(path)).map((path) => `publishes ${path}`),
    ...required.filter((path) => !paths.includes(path)).map((path) => `lacks ${path}`),
  ];
}

async function publintFaults(unpacked) {
  const { messages, pkg } = await publint({ pkgDir: unpacked, pack: false, level: 'warning' });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

function typeFaults(tarball) {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const { status, output } = run(
    nodeBinary(),
    [attw, tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'],
    root,
  );
  return status === 0 ? [] : [`are the types wrong:\n${output}`];
}

/** Imports every entry and asks every command for its help, from the packed copies. */
function useFaults({ manifest }) {
  const entries = Object.keys(manifest.exports).map((path) =>
    join(manifest.name, path).replaceAll('\\', '/'),
  );
  const imports = entries.flatMap((entry) => {
    const code = `const m = await import(${JSON.stringify(entry)}); if (Object.keys(m).length === 0) throw new Error('exports nothing')`;
    const { status, output } = run(nodeBinary(), ['--input-type=module', '-e', code], scratch);
    return status === 0 ? [] : [`import of ${entry} failed:\n${output}`];
  });
  const commands = Object.entries(manifest.bin ?? {}).flatMap(([command, path]) => {
    const file = join(scratch, 'node_modules', manifest.name, path);
    const { status, output } = run(nodeBinary(), [file, '--help'], scratch);
    return status === 0 ? [] : [`${command} --help failed:\n${output}`];
  });
  return [...imports, ...commands];
}

function run(command, args, cwd) {
  const isWindowsScript = process.platform === 'win32' && command === 'npm';
  const result = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: isWindowsScript,
    timeout: 120_000,
  });
  const output = [result.error?.message, result.stderr, result.stdout].filter(Boolean).join('\n').trim();
  return { status: result.status, stdout: result.stdout ?? '', output };
}
