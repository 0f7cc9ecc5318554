import type { ChaosOptions } from './options.ts';
import { runChaos, type Tell } from './run-chaos.ts';
import { sabotageNames, sabotages } from './sabotages.ts';

/** Runs each sabotage; resolves to whether each was found for what it is. */
export async function prove(options: ChaosOptions, tell: Tell): Promise<boolean> {
  let isProved = true;
  for (const sabotage of sabotageNames) {
    const { meaning, betrayedBy } = sabotages[sabotage];
    tell(`${sabotage}: ${meaning}`);
    const { verdicts } = await runChaos({ ...options, sabotage, mode: 'daemon', keep: 'never' }, tell);
    const found = verdicts.filter(({ faults }) => faults.length > 0);
    const isFound = found.some(({ promise }) => betrayedBy.includes(promise));
    isProved &&= isFound;
    const how = found.map(({ promise, faults }) => `\n     ${promise}: ${faults.length}, e.g. ${faults[0]}`);
    tell(`${isFound ? '✓ red, as it must be' : '✗ NOT FOUND'}: ${sabotage}${how.join('')}`);
  }
  return isProved;
}
