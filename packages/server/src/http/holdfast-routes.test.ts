import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { fakeBridge } from '../testing/fake-bridge.ts';
import { holdfastRoutes } from './holdfast-routes.ts';

it('the routes live in an app of somebody else without touching its own', async () => {
  const app = fastify();
  app.get('/own', async () => ({ own: true }));
  app.setNotFoundHandler(async ({ url }) => ({ missing: url }));
  await app.register(holdfastRoutes, {
    bridge: fakeBridge({}),
    auth: { token: 'secret' },
    host: '127.0.0.1',
    allowedOrigins: [],
    allowedHosts: [],
    bodyLimitBytes: 1_000,
    maxConnections: null,
    heartbeatIntervalMs: 15_000,
    writerIdleTimeoutMs: 0,
    serverInfo: { name: 'holdfast', version: '0' },
  });
  expect((await app.inject({ url: '/own', headers: { host: 'any.example' } })).json()).toEqual({ own: true });
  expect((await app.inject('/health')).json()).toEqual({ status: 'ok' });
  expect((await app.inject('/sessions')).json()).toMatchObject({ code: 'unauthorized' });
  expect((await app.inject({ method: 'PUT', url: '/session' })).json()).toEqual({ missing: '/session' });
  await app.close();
});
