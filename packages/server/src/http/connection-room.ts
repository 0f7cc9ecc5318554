import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

/** Which connections are served while file descriptors are short: those that were there before. */
export interface ConnectionRoom {
  /** Why no more is let in; undefined while there is room. */
  shortage(): string | undefined;
  /** Why a connection is not served; undefined for one that is. */
  refusalOf(socket: Socket): string | undefined;
}

/**
 * Watches the app's connections. One that comes during a shortage may still ask how the daemon is, and is let in for
 * good with its first request after the shortage.
 */
export function connectionRoom(app: FastifyInstance, askShortage: () => string | undefined): ConnectionRoom {
  const latecomers = new WeakSet<Socket>();
  let isShort = false;
  const shortage = () => {
    const reason = askShortage();
    if (isShort !== (reason !== undefined)) tell(app.log, reason);
    isShort = reason !== undefined;
    return reason;
  };
  app.server.on('connection', (socket: Socket) => {
    if (shortage() !== undefined) latecomers.add(socket);
  });
  return {
    shortage,
    refusalOf(socket) {
      if (!latecomers.has(socket)) return undefined;
      const reason = shortage();
      if (reason === undefined) latecomers.delete(socket);
      return reason;
    },
  };
}

function tell(log: FastifyBaseLogger, reason: string | undefined): void {
  if (reason === undefined) log.info({}, 'there are file descriptors again: new connections are served');
  else log.warn({ reason }, 'new connections are refused');
}
