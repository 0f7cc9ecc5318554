import type { ChaosOptions } from './options.ts';
import { runChaos, type Tell } from './run-chaos.ts';
import { type SabotageName, sabotageNames } from './sabotage-names.ts';

/** What must be found of each sabotage, whatever else is. */
const betrayedBy: Readonly<Record<SabotageName, readonly string[]>> = {
  'publish-before-commit': [
    "every reader's stream is the journal",
    'an id never has another content',
    'every acknowledged prompt has one terminal',
    'acknowledged sessions, names and votes are there',
  ],
  'no-dedup': ['no prompt runs twice, or beside another'],
};

/** Runs each sabotage; resolves to whether each was found for what it is. */
export async function prove(options: ChaosOptions, tell: Tell): Promise<boolean> {
  let isProved = true;
  for (const sabotage of sabotageNames) {
    tell(`sabotage ${sabotage}`);
    const { verdicts } = await runChaos({ ...options, sabotage, mode: 'daemon' }, tell);
    const found = verdicts.filter(({ faults }) => faults.length > 0);
    const isFound = found.some(({ promise }) => betrayedBy[sabotage].includes(promise));
    isProved &&= isFound;
    const how = found.map(({ promise, faults }) => `\n     ${promise}: ${faults.length}, e.g. ${faults[0]}`);
    tell(`${isFound ? '✓ red, as it must be' : '✗ NOT FOUND'}: ${sabotage}${how.join('')}`);
  }
  return isProved;
}
