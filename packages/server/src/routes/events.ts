import type { Bridge } from '@holdfast/bridge';
import { DaemonError, type EventData, type SessionId } from '@holdfast/protocol';
import { sessionIdOf } from '../auth/caller.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import { acceptsEventStream, streamCursor } from '../http/stream-cursor.ts';
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
      if (!acceptsEventStream(request.headers.accept)) {
        throw new DaemonError('not_acceptable', 'this route answers text/event-stream; accept it, or */*');
      }
      const sessionId = sessionIdOf(params.id);
      const cursor = streamCursor(request.headers, query);
      const subscription = await bridge.subscribe(sessionId, cursor);
      return {
        status: 200,
        headers: {
          'content-type': 'text/event-stream',
          'cache-control': 'no-cache, no-transform',
          'x-accel-buffering': 'no',
          'holdfast-event-epoch': bridge.epoch,
          'x-qwen-event-epoch': bridge.epoch,
        },
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
