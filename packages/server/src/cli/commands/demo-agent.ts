import { runDemoAgent } from '@holdfast/bridge/demo-agent';

/** Becomes the demo agent: speaks ACP on stdin and stdout until stdin ends, then ends the process. */
export async function demoAgent(argv: readonly string[]): Promise<never> {
  // A turn of the agent may still be sleeping, so that waiting for an empty event loop would take too long.
  process.exit(await runDemoAgent(argv, process.env));
}
