// Runs an agent as one that offers no session/resume, so that the daemon has to restore by session/load:
//   node without-resume.mjs COMMAND ARGS…
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [command, ...args] = process.argv.slice(2);
const agent = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
process.stdin.pipe(agent.stdin);
// Only what is sent as long as the agent has not introduced itself is looked into.
let isIntroduced = false;
createInterface({ input: agent.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
  process.stdout.write(`${isIntroduced ? line : withoutResume(line)}\n`);
});
agent.once('exit', (code, signal) => process.exit(signal === null ? code : 1));

function withoutResume(line) {
  if (!line.includes('"agentCapabilities"')) return line;
  const message = JSON.parse(line);
  delete message.result?.agentCapabilities?.sessionCapabilities?.resume;
  isIntroduced = true;
  return JSON.stringify(message);
}
