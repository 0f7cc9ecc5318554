import type { Clock } from '@holdfast/bridge';
import type { FastifyInstance } from 'fastify';
import { pathOf } from '../http/request-gate.ts';

/**
 * Logs one line for each request when its response is over, event streams included: changes at info, reads at debug.
 * Headers and query strings are never logged.
 */
export function addAccessLog(app: FastifyInstance, clock: Clock): void {
  app.addHook('onRequest', async (request, reply) => {
    const startedAt = clock.elapsedMs();
    reply.raw.once('close', () => {
      const { method } = request;
      const fields = {
        method,
        path: pathOf(request),
        status: reply.raw.statusCode,
        durationMs: Math.round(clock.elapsedMs() - startedAt),
      };
      const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
      if (isRead) request.log.debug(fields, 'request');
      else request.log.info(fields, 'request');
    });
  });
}
