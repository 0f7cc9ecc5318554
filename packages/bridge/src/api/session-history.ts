import type { SessionId, TranscriptPage, TranscriptQuery } from '@holdfast/protocol';
import type { SubscribeRequest, Subscription } from './subscription.ts';

/** What happened, and what happens. */
export interface SessionHistory {
  /** One page of recorded events. @throws invalid_cursor */
  getTranscript(sessionId: SessionId, query: TranscriptQuery): Promise<TranscriptPage>;
  /** Registers a reader. @throws session_not_found, subscriber_limit_exceeded */
  subscribe(sessionId: SessionId, request: SubscribeRequest): Promise<Subscription>;
}
