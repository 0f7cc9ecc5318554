import { sessionIdOf } from '../auth/caller.ts';
import { etag, ifMatchOf } from '../http/etag.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';

type MetadataHandlers = Pick<
  OperationHandlers,
  'updateMetadata' | 'editMetadata' | 'putExtension' | 'getExtension' | 'deleteExtension'
>;

/** What people and clients write about a session. */
export function metadataHandlers({ bridge }: RouteContext): MetadataHandlers {
  return {
    async updateMetadata({ params, body, caller }) {
      const { sessionId, displayName } = await bridge.updateMetadata(sessionIdOf(params.id), body, caller);
      return { status: 200, body: { sessionId, displayName: displayName ?? undefined } };
    },
    async editMetadata({ params, body, caller, request }) {
      const edit = { body, ifMatch: ifMatchOf(request.headers) };
      const edited = await bridge.editMetadata(sessionIdOf(params.id), edit, caller);
      return { status: 200, body: edited, headers: etag(edited.revision) };
    },
    async putExtension({ params, body: { content }, caller, request }) {
      const put = { content, ifMatch: ifMatchOf(request.headers) };
      const stored = await bridge.putExtension(placeOf(params), put, caller);
      return { status: 200, body: stored, headers: etag(stored.revision) };
    },
    async getExtension({ params }) {
      const extension = await bridge.getExtension(placeOf(params));
      return { status: 200, body: extension, headers: etag(extension.revision) };
    },
    async deleteExtension({ params, caller, request }) {
      await bridge.deleteExtension(placeOf(params), { ifMatch: ifMatchOf(request.headers) }, caller);
      return { status: 204 };
    },
  };
}

const placeOf = ({ id, namespace }: { readonly id: string; readonly namespace: string }) => ({
  sessionId: sessionIdOf(id),
  namespace,
});
