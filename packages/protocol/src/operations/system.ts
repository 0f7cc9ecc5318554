import { type Static, Type } from 'typebox';
import { Capabilities } from '../model/capabilities.ts';
import { JsonObject } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';

/** `/health`: its own plain shape, whatever the status. */
export const Health = Type.Object({
  status: Type.Enum(['ok', 'degraded']),
  reason: Type.Optional(Type.String()),
  sessions: Type.Optional(Type.Integer()),
  pendingPermissions: Type.Optional(Type.Integer()),
  activePrompts: Type.Optional(Type.Integer()),
  connectedClients: Type.Optional(Type.Integer()),
  uptimeMs: Type.Optional(Type.Number()),
});
export type Health = Static<typeof Health>;

/** `/livez` and `/readyz`. */
export const Probe = Type.Object({
  status: Type.Enum(['ok', 'unavailable']),
  reason: Type.Optional(Type.String()),
});
export type Probe = Static<typeof Probe>;

export const HealthQuery = Type.Object({
  deep: Type.Optional(Type.String({ description: '`1` adds counts.' })),
});
export type HealthQuery = Static<typeof HealthQuery>;

export const health = defineOperation({
  name: 'health',
  method: 'GET',
  path: '/health',
  summary: 'Says whether the daemon works; 503 with the reason when it is degraded.',
  query: HealthQuery,
  responses: { 200: Health, 503: Health },
  errors: [],
  scope: 'public',
  tag: 'health',
  isSeed: true,
});

export const livez = defineOperation({
  name: 'livez',
  method: 'GET',
  path: '/livez',
  summary: 'Answers while the process is alive.',
  responses: { 200: Probe },
  errors: [],
  scope: 'public',
  tag: 'health',
  isSeed: false,
});

export const readyz = defineOperation({
  name: 'readyz',
  method: 'GET',
  path: '/readyz',
  summary: 'Answers 200 while new work is admitted, 503 with the reason otherwise.',
  responses: { 200: Probe, 503: Probe },
  errors: [],
  scope: 'public',
  tag: 'health',
  isSeed: false,
});

export const capabilities = defineOperation({
  name: 'capabilities',
  method: 'GET',
  path: '/capabilities',
  summary: 'Describes the daemon: features that work, agents, workspaces, limits in force.',
  responses: { 200: Capabilities },
  errors: [],
  scope: 'read',
  tag: 'capabilities',
  isSeed: true,
});

export const openapi = defineOperation({
  name: 'openapi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'Returns the OpenAPI 3.1 document of this daemon.',
  responses: { 200: JsonObject },
  errors: [],
  scope: 'public',
  tag: 'capabilities',
  isSeed: false,
});

export const docs = defineOperation({
  name: 'docs',
  method: 'GET',
  path: '/docs',
  summary: 'Shows the operations of this daemon to a person, as HTML.',
  responses: { 200: 'text' },
  errors: [],
  scope: 'public',
  tag: 'capabilities',
  isSeed: false,
});

export const metrics = defineOperation({
  name: 'metrics',
  method: 'GET',
  path: '/metrics',
  summary:
    'Returns figures of the daemon and its process for Prometheus, text format 0.0.4. Requests are counted from the first call on.',
  responses: { 200: 'text' },
  errors: [],
  scope: 'read',
  tag: 'capabilities',
  isSeed: false,
});
