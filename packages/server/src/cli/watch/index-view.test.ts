import type { SessionRow } from '@holdfast/protocol';
import type { IndexEvent } from '@holdfast/sdk';
import { expect, test } from 'vitest';
import { indexView } from './index-view.ts';

type Changed = Extract<IndexEvent, { type: 'session_changed' }>;
type Patch = Changed['data']['patch'];

const at = new Date(2026, 10, 21, 9, 0, 0).getTime();
const row: SessionRow = {
  sessionId: '3f2a9c10-0000-4000-8000-000000000001',
  workspaceCwd: '/srv',
  agent: 'demo',
  createdAt: new Date(at).toISOString(),
  updatedAt: new Date(at).toISOString(),
  clientCount: 0,
  hasActivePrompt: false,
  isWaitingForPermission: false,
  state: 'idle',
  title: 'Mend',
  generation: 1,
  revision: 0,
  lastEventId: 9,
};
const absent = {
  displayName: null,
  agentTitle: null,
  alias: null,
  labels: null,
  pinned: null,
  protected: null,
  archived: null,
  parentSessionId: null,
  lastTurn: null,
  activePromptId: null,
  usage: null,
  preview: null,
};
const changed = (changes: Partial<Patch>): Changed => ({
  type: 'session_changed',
  id: 5,
  data: { sessionId: row.sessionId, revision: 0, patch: { ...row, title: 'Mend', ...absent, ...changes } },
});
const snapshot = (sessions: SessionRow[]): IndexEvent => ({
  type: 'snapshot',
  data: { sessions, total: sessions.length, indexSeq: 4 },
});

test('the list comes first, then a line for each change that shows', () => {
  const view = indexView({});
  expect(view.take(snapshot([row]), at)).toContain('Mend\n');
  expect(view.take(changed({ state: 'running' }), at)).toBe(
    `09:00:00  ${row.sessionId}  running      demo  Mend\n`,
  );
  const lastTurn = { promptId: 'prompt_1', state: 'failed' as const };
  expect(view.take(changed({ lastTurn }), at)).toContain('idle         demo  Mend (turn failed)\n');
  expect(view.take({ type: 'session_removed', id: 6, data: { sessionId: row.sessionId } }, at)).toContain(
    'deleted',
  );
});

test('a change of what is not shown adds nothing', () => {
  const view = indexView({});
  view.take(snapshot([row]), at);
  expect(view.take(changed({ clientCount: 3, revision: 2 }), at)).toBe('');
});

test('an empty list says so, and one that begins anew too', () => {
  const view = indexView({});
  expect(view.take(snapshot([]), at)).toBe('no sessions yet\n');
  const reset: IndexEvent = { type: 'reset', data: { reason: 'epoch_changed', indexSeq: 1 } };
  expect(view.take(reset, at)).toContain('begins anew (epoch_changed)');
});
