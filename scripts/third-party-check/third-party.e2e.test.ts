import { expect, test } from 'vitest';
import { demoScript } from './agent-script.ts';
import { runCheck, steps } from './run-check.ts';

test('the published client of another project works unmodified, with the demo agent', async () => {
  const results = await runCheck({ agents: {}, script: demoScript });
  expect(results.filter(({ isPassed }) => !isPassed)).toEqual([]);
  expect(results).toHaveLength(steps.length);
}, 180_000);
