import { describe, expect, it, vi } from 'vitest';
import { bearer, refused } from '../testing/refused.ts';
import { testServer } from '../testing/test-server.ts';

const parent = '11111111-1111-4111-8111-111111111111';
const row = {
  sessionId: parent,
  workspaceCwd: '/work',
  agent: 'demo',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  clientCount: 0,
  hasActivePrompt: false,
  isWaitingForPermission: false,
  state: 'idle' as const,
  generation: 1,
  revision: 0,
  lastEventId: 1,
};
const page = { sessions: [row], nextCursor: 'next', total: 7, indexSeq: 9 };

async function asked(query: string) {
  const listSessions = vi.fn(async () => page);
  const { app } = testServer({ listSessions });
  const response = await app.inject({ method: 'GET', url: `/sessions?${query}`, headers: bearer });
  await app.close();
  expect([response.statusCode, response.json()]).toEqual([200, page]);
  return listSessions.mock.calls[0];
}

describe('a list of sessions', () => {
  it('is asked for with every filter, as what it is', async () => {
    const query = [
      ...['limit=20', 'cursor=abc', 'sort=title', 'cwd=%2Fwork', 'agent=demo', 'state=idle', 'active=false'],
      ...[
        `parent=${parent}`,
        'label=urgent',
        'archived=true',
        'createdAfter=5',
        'updatedAfter=6',
        'q=Pl%C3%A4ne',
      ],
    ].join('&');
    expect(await asked(query)).toEqual([
      {
        ...{ limit: 20, cursor: 'abc', sort: 'title', cwd: '/work', agent: 'demo', state: 'idle' },
        ...{ active: false, parent, label: 'urgent', archived: true, createdAfter: 5, updatedAfter: 6 },
        ...{ q: 'Pläne', hasPreviews: undefined },
      },
    ]);
  });

  it('has previews where they are asked for', async () => {
    expect(await asked('include=title,preview')).toMatchObject([{ hasPreviews: true }]);
    expect(await asked('include=title')).toMatchObject([{ hasPreviews: false }]);
  });

  it.each([
    ['limit=201', 'invalid_request'],
    ['limit=0', 'invalid_request'],
    ['limit=x', 'invalid_request'],
    ['sort=size', 'invalid_request'],
    ['state=asleep', 'invalid_request'],
    ['active=maybe', 'invalid_request'],
    ['include=everything', 'invalid_request'],
    ['createdAfter=yesterday', 'invalid_request'],
    ['parent=nobody', 'invalid_request'],
  ])('with %s is refused', async (query, code) => {
    const { problem } = await refused({ method: 'GET', url: `/sessions?${query}` });
    expect(problem.code).toBe(code);
  });

  it('minds no parameter that it does not know', async () => {
    expect(await asked('colour=blue')).toEqual([expect.objectContaining({ agent: undefined })]);
  });
});
