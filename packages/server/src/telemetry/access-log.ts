import type { Clock } from '@holdfast/bridge';
import type { FastifyInstance } from 'fastify';
import { pathOf } from '../http/request-gate.ts';
import type { DaemonMetrics } from './daemon-metrics.ts';

/**
 * Logs one line for each request when its response is over, event streams included: changes at info, reads at debug.
 * Headers and query strings are never logged.
 */
export function addAccessLog(app: FastifyInstance, clock: Clock, metrics: DaemonMetrics): void {
  app.addHook('onRequest', async (request, reply) => {
    const startedAt = clock.elapsedMs();
    reply.raw.once('close', () => {
      const { method } = request;
      const durationMs = clock.elapsedMs() - startedAt;
      const status = reply.raw.statusCode;
      const fields = { method, path: pathOf(request), status, durationMs: Math.round(durationMs) };
      metrics.answered({ operation: request.routeOptions.config.holdfastOperation, status, durationMs });
      const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
      if (isRead) request.log.debug(fields, 'request');
      else request.log.info(fields, 'request');
    });
  });
}
