import { Readable } from 'node:stream';
import { DaemonError } from '@holdfast/protocol';
import { sessionIdOf } from '../auth/caller.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { replayed } from './delivered.ts';

type ReadingHandlers = Pick<
  OperationHandlers,
  | 'readMessages'
  | 'previewSessions'
  | 'resolveSession'
  | 'searchSessions'
  | 'exportSession'
  | 'importSession'
  | 'planCleanup'
  | 'applyCleanup'
>;

/** The record of sessions: read, found, taken away and brought back, cleaned up. */
export function readingHandlers({ bridge }: RouteContext): ReadingHandlers {
  return {
    async readMessages({ params, query }) {
      return { status: 200, body: await bridge.readMessages(sessionIdOf(params.id), query) };
    },
    async previewSessions({ body }) {
      return { status: 200, body: await bridge.previewSessions(body) };
    },
    async resolveSession({ query }) {
      return { status: 200, body: await bridge.resolveSession(query) };
    },
    async searchSessions({ query }) {
      return { status: 200, body: await bridge.searchSessions(query) };
    },
    async exportSession({ params, query }) {
      const file = await bridge.exportSession(sessionIdOf(params.id), query.format ?? 'jsonl');
      return {
        status: 200,
        headers: {
          'content-type': file.mediaType,
          'content-disposition': `attachment; filename="${file.fileName}"`,
        },
        // One piece ahead is enough: the journal is read as fast as the client takes it.
        body: Readable.from(file.chunks, { objectMode: true, highWaterMark: 1 }),
      };
    },
    async importSession({ query, request, caller }) {
      if (!(request.body instanceof Readable)) {
        throw new DaemonError(
          'unsupported_media_type',
          'send the exported lines as Content-Type: application/x-ndjson',
        );
      }
      const file = request.body.iterator({ destroyOnReturn: false });
      try {
        const { answer, isReplayed } = await bridge.importSession(file, query, caller);
        return { status: 201, body: answer, headers: isReplayed ? replayed : {} };
      } finally {
        // The next request of this connection comes behind what was not read.
        await file.return?.();
        request.body.resume();
      }
    },
    async planCleanup({ body }) {
      return { status: 200, body: await bridge.planCleanup(body) };
    },
    async applyCleanup({ params, caller }) {
      return { status: 200, body: await bridge.applyCleanup(params.planId, caller) };
    },
  };
}
