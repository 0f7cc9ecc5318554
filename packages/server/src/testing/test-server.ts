import { type Bridge, systemClock } from '@holdfast/bridge';
import { pino } from 'pino';
import { createServer, type HoldfastServer, type ServerOptions } from '../create-server.ts';
import { fakeBridge } from './fake-bridge.ts';

/** A server over a fake bridge with the token `secret`; `lines` collects what it logs. */
export function testServer(
  answers: Partial<Bridge>,
  options: Partial<ServerOptions> = {},
): HoldfastServer & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const server = createServer({
    bridge: fakeBridge(answers),
    auth: { token: 'secret' },
    host: '127.0.0.1',
    allowedOrigins: [],
    allowedHosts: [],
    bodyLimitBytes: 10_000,
    maxConnections: null,
    heartbeatIntervalMs: 15_000,
    writerIdleTimeoutMs: 120_000,
    serverInfo: { name: 'holdfast', version: '1.2.3' },
    clock: systemClock,
    logger,
    ...options,
  });
  return { ...server, lines };
}
