import { writeFileSync } from 'node:fs';
import { parseOptions, usage } from './options.ts';
import { prove } from './prove.ts';
import { reportText } from './report.ts';
import { runChaos } from './run-chaos.ts';

const tell = (line: string) => console.error(line);

/** Runs what the command line asks for; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const options = parseOptions(args, Math.floor(Math.random() * 1_000_000));
  tell(`seed ${options.seed}`);
  if (options.isProof) return (await prove(options, tell)) ? 0 : 1;
  const result = await runChaos(options, tell);
  const json = JSON.stringify(result, undefined, 2);
  console.error(reportText(result));
  if (options.jsonFile === undefined) console.log(json);
  else writeFileSync(options.jsonFile, json);
  return result.isGreen ? 0 : 1;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exit(2);
}
