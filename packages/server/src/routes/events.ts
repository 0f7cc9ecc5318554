import type { Bridge } from '@holdfast/bridge';
import type { EventData, SessionId } from '@holdfast/protocol';
import { sessionIdOf } from '../auth/caller.ts';
import { sentClientId } from '../auth/client-id.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import { requireEventStream, streamCursor, streamHeaders } from '../http/stream-cursor.ts';
import type { RouteContext } from './context.ts';

/** Events a reader may be behind before it hears of it, where it does not say itself. */
const DEFAULT_MAX_LAG = 2_000;

type EventHandlers = Pick<OperationHandlers, 'streamEvents' | 'getTranscript'>;

/** The events of a session, as a stream and by page. */
export function eventHandlers({ bridge, feeds }: RouteContext): EventHandlers {
  return {
    async getTranscript({ params, query }) {
      return { status: 200, body: await bridge.getTranscript(sessionIdOf(params.id), query) };
    },
    async streamEvents({ params, query, request }) {
      requireEventStream(request.headers.accept);
      const sessionId = sessionIdOf(params.id);
      const cursor = streamCursor(request.headers, query);
      // Whoever reads is there; what is no id, or nobody's, is ignored here as in every GET.
      const sent = sentClientId(request.headers);
      const clientId = 'clientId' in sent ? sent.clientId : undefined;
      const subscription = await bridge.subscribe(sessionId, { ...cursor, clientId });
      return {
        status: 200,
        headers: streamHeaders(bridge.epoch),
        stream: (response) =>
          feeds.open({
            sessionId,
            subscription,
            response,
            maxLag: maxLagOf(query.maxQueued),
            snapshot: query.snapshot === '1' ? () => snapshotOf(bridge, sessionId) : undefined,
          }),
      };
    },
  };
}

/** What `?maxQueued` asks for; anything else a client sends there is accepted and means the default. */
function maxLagOf(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : DEFAULT_MAX_LAG;
}

async function snapshotOf(bridge: Bridge, sessionId: SessionId): Promise<EventData<'session_snapshot'>> {
  const { config, agentState } = await bridge.describeSession(sessionId);
  return {
    sessionId,
    currentModelId: agentState?.models?.currentModelId ?? config.modelId ?? null,
    currentApprovalMode: agentState?.modes?.currentModeId ?? config.modeId ?? null,
  };
}
