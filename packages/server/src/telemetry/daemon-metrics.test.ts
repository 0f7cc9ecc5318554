import { expect, test } from 'vitest';
import { bearer } from '../testing/refused.ts';
import { testServer } from '../testing/test-server.ts';

const metrics = { url: '/metrics', headers: bearer };
const figures = {
  sessions: 3,
  pendingPermissions: 2,
  activePrompts: 1,
  connectedClients: 5,
  agentProcesses: 4,
};

test('figures of the daemon and its process are read as Prometheus reads them', async () => {
  const { app } = testServer({ figures: () => figures, readiness: () => ({ isReady: true }) });
  const { headers, body } = await app.inject(metrics);
  expect(headers['content-type']).toContain('text/plain; version=0.0.4');
  for (const line of ['ready 1', 'sessions 3', 'prompts 1', 'subscribers 5', 'agent_processes 4'])
    expect(body).toContain(`\nholdfast_${line}\n`);
  expect(body).toMatch(/\nholdfast_permission_requests 2\n/);
  expect(body).toContain('nodejs_eventloop_lag_seconds ');
  await app.close();
});

test('requests are counted by operation and status from the first call on, never by what is in their path', async () => {
  const { app } = testServer({
    figures: () => figures,
    readiness: () => ({ isReady: false, reason: 'full' }),
  });
  await app.inject(metrics);
  await app.inject({ url: '/readyz' });
  await app.inject({ url: '/nowhere/secret', headers: bearer });
  const { body } = await app.inject(metrics);
  expect(body).toContain('holdfast_http_request_duration_seconds_count{operation="readyz",status="503"} 1');
  expect(body).toContain('\nholdfast_ready 0\n');
  expect(body).not.toContain('secret');
  await app.close();
});

test('they are not for everybody', async () => {
  const { app } = testServer({});
  expect((await app.inject('/metrics')).statusCode).toBe(401);
  await app.close();
});
