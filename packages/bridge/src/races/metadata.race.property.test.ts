import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type Runner, race, runs } from '../testing/raced-bridge.ts';
import { caller } from '../testing/test-bridge.ts';

const count = fc.integer({ min: 2, max: 5 });
const nobody = { ...caller, clientId: undefined };

describe('edits at once', () => {
  test.prop([fc.scheduler(), count], runs(100))(
    'never give one alias to two sessions, and always to one',
    (scheduler, sessions) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, create } = raced;
        const ids = [];
        for (let made = 0; made < sessions; made += 1) ids.push(await create());
        const body = { alias: 'mine' };
        const runners = ids.map((id) =>
          raced.enter(`edit ${id}`, () => bridge.editMetadata(id, { body }, caller)),
        );
        const born = raced.enter('create', () =>
          bridge.createSession({ sessionScope: 'thread', ...body }, caller),
        );
        await raced.run();
        const outcomes = [...runners, born].map(({ outcome, code }) => code ?? outcome);
        expect(outcomes.toSorted()).toEqual([...Array(sessions).fill('alias_taken'), 'done']);
        const { sessions: rows } = await bridge.listSessions({});
        expect(rows.filter(({ alias }) => alias === 'mine')).toHaveLength(1);
      }),
  );

  test.prop([fc.scheduler(), count], runs(100))(
    'never both count upon the same revision',
    (scheduler, editors) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, create } = raced;
        const sessionId = await create();
        const runners = Array.from({ length: editors }, (_, place) =>
          raced.enter(`edit ${place}`, () =>
            bridge.editMetadata(sessionId, { body: { notes: `note ${place}` }, ifMatch: [0] }, caller),
          ),
        );
        await raced.run();
        expect(runners.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
        expect((await bridge.describeSession(sessionId)).revision).toBe(1);
      }),
  );
});

describe('archiving', () => {
  const acts = fc.subarray(['load', 'prompt', 'unarchive', 'close', 'die'] as const);

  test.prop([fc.scheduler(), acts, fc.constantFrom('idle', 'closed', 'stranded')], runs(200))(
    'never leaves a session that is archived and open, nor one that is neither',
    (scheduler, others, beginning) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, create, agents, told } = raced;
        const sessionId = await create();
        if (beginning === 'closed') await bridge.closeSession(sessionId, caller);
        if (beginning === 'stranded') agents.process.die();
        await told(sessionId);
        const body = { prompt: [{ type: 'text' as const, text: 'hi' }] };
        const act = {
          load: () => bridge.loadSession(sessionId, {}, caller),
          prompt: async () => (await bridge.promptSession(sessionId, body, nobody)).release(),
          unarchive: () => bridge.unarchiveSessions([sessionId]),
          close: () => bridge.closeSession(sessionId, nobody),
          die: () => agents.processes.at(-1)?.die(),
        };
        const archive = raced.enter('archive', () => bridge.archiveSessions([sessionId]));
        const runners: Runner<unknown>[] = others.map((name) => raced.enter<unknown>(name, act[name]));
        await raced.run();
        expect([archive, ...runners].map(({ outcome }) => outcome)).not.toContain('waiting');
        expect(archive.result).toMatchObject({ archived: [sessionId], errors: [] });
        const { state, archived } = await bridge.describeSession(sessionId);
        if (archived) expect(state).toBe('closed');
        else expect(others.includes('load') || others.includes('unarchive')).toBe(true);
        const listed = await bridge.listSessions({ archived });
        expect(listed.sessions.map((row) => row.sessionId)).toEqual([sessionId]);
      }),
  );
});

describe('a purge', () => {
  test.prop([fc.scheduler(), fc.constantFrom('detach' as const, 'delete' as const)], runs(150))(
    'of a family, twice at once and while it grows, never leaves a child of nobody, nor erases one it should not',
    (scheduler, children) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, create, records } = raced;
        const parent = await create();
        const child = await create({ parentSessionId: parent });
        const grandchild = await create({ parentSessionId: child });
        const purge = () => bridge.closeSession(parent, nobody, { transcript: 'purge', children });
        const purges = [raced.enter('purge', purge), raced.enter('purge again', purge)];
        const born = raced.enter('create', () => bridge.createSession({ parentSessionId: child }, caller));
        await raced.run();
        const outcomes = purges.map(({ outcome, code }) => code ?? outcome);
        expect(outcomes).toContain('done');
        for (const outcome of outcomes) expect(['done', 'session_not_found']).toContain(outcome);
        const left = [...records.rows.values()].map(({ row }) => row);
        const ids: unknown[] = left.map(({ sessionId }) => sessionId);
        expect(ids).not.toContain(parent);
        for (const id of [child, grandchild]) expect(ids.includes(id)).toBe(children === 'detach');
        for (const { parentSessionId } of left)
          if (parentSessionId !== null) expect(ids).toContain(parentSessionId);
        if (born.outcome === 'refused') expect(born.code).toBe('session_not_found');
      }),
  );

  test.prop([fc.scheduler(), fc.boolean(), fc.boolean()], runs(150))(
    'never leaves half a session behind, whatever is asked of it meanwhile',
    (scheduler, isClosed, isProtecting) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, create, core, records } = raced;
        const sessionId = await create();
        if (isClosed) await bridge.closeSession(sessionId, caller);
        const purge = raced.enter('purge', () =>
          bridge.closeSession(sessionId, { ...caller, clientId: undefined }, { transcript: 'purge' }),
        );
        const others: Runner<unknown>[] = [
          raced.enter('load', () => bridge.loadSession(sessionId, {}, caller)),
          raced.enter('put', () =>
            bridge.putExtension({ sessionId, namespace: 'a' }, { content: 1 }, caller),
          ),
        ];
        if (isProtecting)
          others.push(
            raced.enter('protect', () =>
              bridge.editMetadata(sessionId, { body: { protected: true } }, caller),
            ),
          );
        await raced.run();
        expect(others.map(({ outcome }) => outcome)).not.toContain('waiting');
        if (purge.outcome === 'done') {
          expect([records.streams.has(sessionId), records.rows.has(sessionId)]).toEqual([false, false]);
          expect(core.slots.used).toBe(0);
        } else {
          expect(purge.code).toBe('session_protected');
          expect((await bridge.describeSession(sessionId)).protected).toBe(true);
        }
      }),
  );
});
