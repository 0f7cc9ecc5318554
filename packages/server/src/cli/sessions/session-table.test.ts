import type { SessionRow } from '@holdfast/protocol';
import { describe, expect, test } from 'vitest';
import { sessionTable } from './session-table.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const row = (changes: Partial<SessionRow> = {}): SessionRow => ({
  sessionId: '3f2a9c10-0000-4000-8000-000000000001',
  workspaceCwd: '/srv/projects/holdfast',
  agent: 'demo',
  createdAt: '2026-11-21T08:00:00.000Z',
  updatedAt: '2026-11-21T09:00:00.000Z',
  clientCount: 0,
  hasActivePrompt: false,
  isWaitingForPermission: false,
  state: 'idle',
  title: 'Mend the tests',
  generation: 1,
  revision: 0,
  lastEventId: 9,
  ...changes,
});

describe('a list of sessions', () => {
  test('has a line for each: id, state, agent, age, directory, title', () => {
    expect(sessionTable([row()], { nowMs }).split('\n')).toEqual([
      'SESSION                               STATE  AGENT  ACTIVE  DIRECTORY               TITLE',
      '3f2a9c10-0000-4000-8000-000000000001  idle   demo   3 h     /srv/projects/holdfast  Mend the tests',
      '',
    ]);
  });

  test('names what people gave a session, and a question that waits before its state', () => {
    const text = sessionTable(
      [row({ isWaitingForPermission: true, alias: 'ci', labels: ['bug', 'p1'], pinned: true })],
      { nowMs },
    );
    expect(text).toContain('permission?  demo');
    expect(text).toContain('Mend the tests (ci) #bug #p1 [pinned]');
  });

  test('shows the last message under the line where it was asked for', () => {
    const text = sessionTable([row({ preview: { role: 'user', text: 'go\non' } })], { nowMs });
    expect(text.split('\n')[2]).toBe('  > go on');
  });

  test('where it does not fit is narrower; ids stay distinct, directories keep their end', () => {
    const rows = [
      row({ workspaceCwd: `/srv/${'deep/'.repeat(20)}end`, title: 'x'.repeat(80) }),
      row({ sessionId: '3f2a9c10-aaaa-4000-8000-000000000001' }),
    ];
    const lines = sessionTable(rows, { nowMs, width: 100 }).trimEnd().split('\n');
    expect(lines.every((line) => line.length <= 100)).toBe(true);
    expect(lines[1]).toMatch(/^3f2a9c10-0 .*…\S*deep\/end {2}x+…$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(90);
    expect(lines[2]).toMatch(/^3f2a9c10-a /);
  });

  test('an agent’s title moves no cursor', () => {
    expect(sessionTable([row({ title: 'a\u001b[2J\nb' })], { nowMs })).toContain('a[2J b\n');
  });
});
