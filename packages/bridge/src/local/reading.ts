import type { SessionReading } from '../api/session-reading.ts';
import type { Core } from '../core.ts';
import { applyCleanup } from '../operations/apply-cleanup.ts';
import { exportSession } from '../operations/export-session.ts';
import { importSession } from '../operations/import-session.ts';
import { CleanupPlans, planCleanup } from '../operations/plan-cleanup.ts';
import { previewSessions } from '../operations/preview-sessions.ts';
import { readMessages } from '../operations/read-messages.ts';
import { resolveSession } from '../operations/resolve-session.ts';
import { searchSessions } from '../operations/search-sessions.ts';
import type { Gate } from './gate.ts';

export function localReading(core: Core, gate: Gate): SessionReading {
  const plans = new CleanupPlans(core.clock, core.ids);
  return {
    readMessages: (sessionId, query) => readMessages(core, sessionId, query),
    previewSessions: (body) => previewSessions(core, body),
    resolveSession: (query) => resolveSession(core, query),
    searchSessions: (query) => searchSessions(core, query),
    exportSession: (sessionId, format) => exportSession(core, sessionId, format),
    async importSession(upload, query, caller) {
      gate.admit();
      return await importSession(core, upload, query, caller);
    },
    planCleanup: (body) => planCleanup(core, plans, body),
    async applyCleanup(planId, caller) {
      gate.admit();
      return await applyCleanup(core, plans, planId, caller);
    },
  };
}
