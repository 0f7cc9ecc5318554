// Drives real agents through the daemon with the SDK, against a model server on loopback:
//   npm run agents:check -- [names…] [--only STEP] [--cache DIR] [--json] [--keep]
// `--only` runs the steps whose names contain a text; those that go on from earlier ones then fail.
// Installs them from npm first. Exits with 1 when a step failed, with 2 when it was called wrongly.
import { parseArgs } from 'node:util';
import { checkAgent } from './check-agent.ts';
import { defaultCacheFolder, type InstallableAgent, isInstallable, pinnedVersions } from './install.ts';
import { printTable, resultLine } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: 'string', default: defaultCacheFolder },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const known = Object.keys(pinnedVersions);
const unknown = positionals.filter((name) => !isInstallable(name));
if (unknown.length > 0) {
  process.stderr.write(`unknown agent ${unknown.join(', ')}; known: ${known.join(', ')}\n`);
  process.exit(2);
}
const names: readonly string[] = positionals.length > 0 ? positionals : ['qwen', 'gemini', 'claude'];

const results = [];
for (const name of names.filter((candidate): candidate is InstallableAgent => isInstallable(candidate))) {
  results.push(
    await checkAgent(name, {
      cacheFolder: values.cache,
      keepsFolder: values.keep,
      only: values.only,
      log: (line) => void process.stderr.write(`${line}\n`),
      onStep: (step) => void process.stderr.write(`${resultLine(name, step)}\n`),
    }),
  );
}
const isPassed = results.every(({ steps }) => steps.every(({ result }) => result !== 'failed'));
if (values.json) {
  const { platform, arch, version: node } = process;
  const checkedAt = new Date().toISOString();
  const report = { isPassed, checkedAt, node, platform, arch, agents: results };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} else {
  printTable(results);
}
process.exitCode = isPassed ? 0 : 1;
