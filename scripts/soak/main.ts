// npm run soak: a daemon under sessions that come and go, weighed at rest. Says whether anything grows.
import { writeFileSync } from 'node:fs';
import { canReadProcesses } from '../bench/process-figures.ts';
import { runSoak } from './run-soak.ts';
import { parseOptions, usage } from './soak-options.ts';
import { judgeSoak, sampleLine, soakText } from './soak-report.ts';

/** Runs what the command line asks for; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const options = parseOptions(args, Math.floor(1 + Math.random() * 1_000_000));
  if (!canReadProcesses()) {
    console.log("skipped: the daemon's figures are read from /proc, which this machine does not have");
    return 0;
  }
  console.error(`seed ${options.seed}`);
  const samples = await runSoak(options, (sample) => console.error(sampleLine(sample)));
  const reports = judgeSoak(samples);
  console.log(soakText(samples, reports));
  if (options.jsonFile !== undefined)
    writeFileSync(options.jsonFile, `${JSON.stringify({ options, reports, samples }, undefined, 2)}\n`);
  const isJudged = reports.every(({ verdict }) => verdict !== 'too short to tell');
  if (!isJudged && !options.isSmoke) console.error('too short to tell: give it more --seconds');
  return reports.some(({ verdict }) => verdict === 'grows') || (!isJudged && !options.isSmoke) ? 1 : 0;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exit(2);
}
