import { DaemonError, type Operation } from '@holdfast/protocol';
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { isStream } from './event-stream-operation.ts';
import { pathOf } from './request-gate.ts';

const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const satisfies HTTPMethods[];

/** Answers 405 with `Allow` where a path exists but not for that method. Source: RFC 9110 §15.5.6. */
export function refuseOtherMethods(app: FastifyInstance, operations: readonly Operation[]): void {
  const allowed = new Map<string, Set<string>>();
  for (const operation of operations) {
    const methods = allowed.get(operation.path) ?? new Set();
    methods.add(operation.method);
    if (operation.method === 'GET' && !isStream(operation)) methods.add('HEAD');
    allowed.set(operation.path, methods);
  }
  for (const [path, methods] of allowed) {
    const allow = [...methods].join(', ');
    app.route({
      method: known.filter((method) => !methods.has(method)),
      url: path,
      exposeHeadRoute: false,
      config: { holdfastOperation: operations.find((operation) => operation.path === path) },
      // Before the body is read: what is wrong with it does not matter here.
      onRequest: async (request, reply) => {
        reply.header('allow', allow);
        throw new DaemonError(
          'method_not_allowed',
          `${pathOf(request)} takes ${allow}, not ${request.method}`,
        );
      },
      handler: () => undefined,
    });
  }
}
