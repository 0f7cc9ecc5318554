import type { SessionHistory } from '../api/session-history.ts';
import type { Core } from '../core.ts';
import { readTranscriptPage } from '../operations/read-transcript-page.ts';
import { subscribe } from '../operations/subscribe.ts';

export function localHistory(core: Core): SessionHistory {
  return {
    getTranscript: (sessionId, query) => readTranscriptPage(core, sessionId, query),
    subscribe: (sessionId, request) => subscribe(core, sessionId, request),
  };
}
