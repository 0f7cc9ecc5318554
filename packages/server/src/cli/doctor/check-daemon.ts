import { once } from 'node:events';
import { createServer } from 'node:net';
import { HoldfastError } from '@holdfast/sdk';
import type { Config } from '../../config/resolve-config.ts';
import { clientOf, findDaemon } from '../find-daemon.ts';
import type { Finding } from './finding.ts';

/** The daemon that runs, or whether the address it would listen on is free. */
export async function checkDaemon(config: Config): Promise<Finding> {
  const topic = 'daemon';
  const running = await findDaemon(config, undefined);
  if (running === undefined) return checkAddress(config);
  try {
    const { server } = await clientOf(running).capabilities();
    return { topic, status: 'ok', detail: `${server.name} ${server.version} runs at ${running.url}` };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const remedy =
      error.code === 'unauthorized' ? 'give its token with --token-file or HOLDFAST_TOKEN' : 'restart it';
    return {
      topic,
      status: 'broken',
      detail: `runs at ${running.url}, and answers: ${error.message}`,
      remedy,
    };
  }
}

async function checkAddress({ host, options: { port } }: Config): Promise<Finding> {
  const topic = 'address';
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return {
      topic,
      status: 'ok',
      detail: `${host}:${port === 0 ? 'any port' : port} is free; no daemon runs`,
    };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const remedy = 'stop what listens there, or choose another with --port (0 = any free one)';
    return { topic, status: 'broken', detail: `${host}:${port} cannot be had (${reason})`, remedy };
  } finally {
    server.close();
  }
}
