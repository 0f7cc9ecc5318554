import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bridge, createBridge } from '@holdfast/bridge';
import { DaemonClient } from '@qwen-code/sdk/daemon';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServer, type HoldfastServer } from './create-server.ts';

let bridge: Bridge;
let server: HoldfastServer;
let workspace: string;
let client: DaemonClient;

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'holdfast-'));
  const logger = pino({ level: 'silent' });
  bridge = await createBridge({ stateDir: null, workspaces: [workspace], defaultAgent: 'demo', logger });
  server = createServer({
    bridge,
    auth: { token: 'secret' },
    host: '127.0.0.1',
    allowedOrigins: [],
    allowedHosts: [],
    bodyLimitBytes: 1_000_000,
    maxConnections: 100,
    heartbeatIntervalMs: 15_000,
    writerIdleTimeoutMs: 120_000,
    serverInfo: { name: 'holdfast', version: '0' },
    logger,
  });
  const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  client = new DaemonClient({ baseUrl, token: 'secret' });
});

afterAll(async () => {
  await bridge.close();
  await server.close();
  await rm(workspace, { recursive: true });
});

it('a published client runs a prompt to its end, unmodified', async () => {
  expect((await client.health()).status).toBe('ok');
  expect((await client.capabilities()).features).toContain('session_prompt');
  const session = await client.createOrAttachSession({ workspaceCwd: workspace });
  const leaving = new AbortController();
  const events = client.subscribeEvents(session.sessionId, { lastEventId: 0, signal: leaving.signal });
  const types: string[] = [];
  const accepted = await client.prompt(session.sessionId, { prompt: [{ type: 'text', text: 'hello' }] });
  for await (const event of events) {
    types.push(event.type);
    if (event.type === 'turn_complete') break;
  }
  leaving.abort();
  expect(accepted).toBeDefined();
  expect(types[0]).toBe('session_created');
  expect(types).toContain('session_update');
  await client.closeSession(session.sessionId);
});
