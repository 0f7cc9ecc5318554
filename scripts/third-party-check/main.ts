// Drives a daemon with the published client of another project, unmodified: DaemonClient and DaemonSessionClient of
// @qwen-code/sdk/daemon.
//   node scripts/run.mjs scripts/third-party-check/main.ts [--agent NAME] [--only TEXT] [--json]
import { parseArgs } from 'node:util';
import { demoScript } from './agent-script.ts';
import { prepareRealAgent } from './real-agent.ts';
import { runCheck, type StepResult } from './run-check.ts';

const { values } = parseArgs({
  options: {
    agent: { type: 'string', default: 'demo' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const line = ({ step, isPassed, ms, remark }: StepResult) =>
  `${isPassed ? 'ok  ' : 'FAIL'} ${step.padEnd(66)} ${String(ms).padStart(6)} ms  ${remark}`;

const prepared =
  values.agent === 'demo'
    ? { agents: {}, script: demoScript, close: async () => {} }
    : await prepareRealAgent(values.agent);
try {
  const results = await runCheck({
    agents: prepared.agents,
    script: prepared.script,
    only: values.only,
    onResult: (result) => {
      if (!values.json) console.log(line(result));
    },
  });
  const failed = results.filter(({ isPassed }) => !isPassed);
  if (values.json) console.log(JSON.stringify({ agent: values.agent, results }, undefined, 2));
  else console.log(`\n${values.agent}: ${results.length - failed.length} of ${results.length} steps passed`);
  if (failed.length > 0 || results.length === 0) process.exitCode = 1;
} finally {
  await prepared.close();
}
