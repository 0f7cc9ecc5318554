import { type Envelope, HoldfastError } from '@holdfast/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { collect, type Daemon, DaemonLab } from './testing/daemon-lab.ts';
import { rawRequest } from './testing/raw-request.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const unknown = '99999999-9999-4999-8999-999999999999';

async function refusal(call: Promise<unknown>): Promise<HoldfastError> {
  const thrown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof HoldfastError) return thrown;
  throw new Error(`expected a refusal; got ${String(thrown)}`);
}

function send(
  { ready, token }: Daemon,
  method: string,
  path: string,
  more: { body?: unknown; ifMatch?: string } = {},
) {
  const headers: Record<string, string> = { authorization: `Bearer ${token()}` };
  if (more.ifMatch !== undefined) headers['if-match'] = more.ifMatch;
  return rawRequest(ready.url, { method, path, body: JSON.stringify(more.body), headers });
}

const isType =
  (type: string) =>
  (event: Envelope): boolean =>
    event.type === type;

test('PATCH of an unknown session is 404 and makes no row', async () => {
  const daemon = await lab.serve();
  const answer = await send(daemon, 'PATCH', `/session/${unknown}`, { body: { displayName: 'X' } });
  expect(answer).toMatchObject({ status: 404, body: { code: 'session_not_found' } });
  expect((await lab.client(daemon).listSessions()).total).toBe(0);
});

test('an edit bears the revision it made, and a stale one is refused', async () => {
  const daemon = await lab.serve();
  const session = await lab.session(daemon);
  const path = `/session/${session.sessionId}`;
  expect((await send(daemon, 'GET', path)).headers.etag).toBe('"0"');
  const edited = await send(daemon, 'PATCH', path, { body: { alias: 'mine', pinned: true }, ifMatch: '"0"' });
  expect(edited).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: { revision: 1 } });
  const stale = await send(daemon, 'PATCH', path, { body: { pinned: null }, ifMatch: '"0"' });
  expect(stale).toMatchObject({ status: 412, body: { code: 'revision_mismatch', revision: 1 } });
  expect((await refusal(session.editMetadata({ pinned: false }, { ifRevision: 0 }))).status).toBe(412);
  expect(await send(daemon, 'PATCH', path, { body: { nonsense: 1 } })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', path: 'nonsense' },
  });
  expect(await send(daemon, 'PATCH', path, { body: { alias: 'No Alias' } })).toMatchObject({
    status: 400,
    body: { code: 'invalid_metadata', field: 'alias' },
  });
});

test('a cleared field arrives as null, in the answer and in the stream', async () => {
  const daemon = await lab.serve();
  const session = await lab.session(daemon);
  await session.editMetadata({ displayName: 'Mine', notes: 'two\nlines', labels: ['a'] });
  const { fields } = await session.editMetadata({ displayName: null, notes: null });
  expect(fields).toEqual({
    displayName: { result: 'applied', value: null },
    notes: { result: 'applied', value: null },
  });
  let edits = 0;
  const isSecond = (event: Envelope) => event.type === 'session_metadata_updated' && ++edits === 2;
  const events = await collect(session.events({ after: 0, signal: lab.signal }), isSecond);
  expect(events.at(-1)?.data).toEqual({
    sessionId: session.sessionId,
    revision: 2,
    changes: { displayName: null, notes: null },
  });
});

test('an alias is one session’s, however many ask for it at once, and survives a kill', async () => {
  const first = await lab.serve();
  const sessions = await Promise.all(Array.from({ length: 4 }, () => lab.session(first)));
  const outcomes = await Promise.allSettled(sessions.map((each) => each.editMetadata({ alias: 'mine' })));
  const winner = sessions[outcomes.findIndex(({ status }) => status === 'fulfilled')];
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await lab.kill(first);
  const second = await lab.serveAgain(first);
  const late = await lab.session(second);
  const refused = await refusal(late.editMetadata({ alias: 'mine' }));
  expect([refused.status, refused.code, refused.details]).toMatchObject([
    409,
    'alias_taken',
    { sessionId: winner?.sessionId },
  ]);
});

test('models, modes and options are chosen field by field; without an agent they wait for it', async () => {
  const daemon = await lab.serve();
  const session = await lab.session(daemon);
  const { state } = await session.context();
  const models = state.models?.availableModels?.map(({ modelId }) => modelId) ?? [];
  const modelId = models.find((id) => id !== state.models?.currentModelId) ?? '';
  const live = await session.editMetadata({ modelId, modeId: 'no-such-mode', config: { nonsense: 'x' } });
  expect(live).toMatchObject({
    revision: 1,
    fields: {
      modelId: { result: 'applied', value: modelId },
      modeId: { result: 'rejected', code: 'invalid_mode', reason: expect.stringContaining('choose one of') },
      config: { nonsense: { result: 'unsupported' } },
    },
  });
  await session.close();
  const modeId = state.modes?.availableModes?.find(({ id }) => id !== state.modes?.currentModeId)?.id ?? '';
  expect((await session.editMetadata({ modeId })).fields).toMatchObject({ modeId: { result: 'pending' } });
  const loaded = await session.load();
  expect([loaded.state.models?.currentModelId, loaded.state.modes?.currentModeId]).toEqual([modelId, modeId]);
});

test('a protected session cannot be deleted, one by one or with others', async () => {
  const daemon = await lab.serve();
  const client = lab.client(daemon);
  const [kept, other] = [await lab.session(daemon), await lab.session(daemon)];
  await kept.editMetadata({ protected: true });
  const refused = await refusal(kept.close({ transcript: 'purge' }));
  expect([refused.status, refused.code]).toEqual([409, 'session_protected']);
  expect(await client.deleteSessions([kept.sessionId, other.sessionId, unknown])).toMatchObject({
    removed: [other.sessionId],
    notFound: [unknown],
    errors: [{ sessionId: kept.sessionId, error: expect.stringContaining('protected') }],
  });
  expect((await client.listSessions()).sessions.map(({ sessionId }) => sessionId)).toEqual([kept.sessionId]);
});

test('purging a parent with a running child obeys children=, and its readers hear how it ended', async () => {
  const first = await lab.serve();
  const client = lab.client(first);
  const parent = await lab.session(first);
  const parentSessionId = parent.sessionId;
  const child = await client.createSession({ parentSessionId });
  await child.prompt('/sleep ms=600000');
  const refused = await refusal(parent.close({ transcript: 'purge', children: 'refuse' }));
  expect([refused.code, refused.details]).toMatchObject([
    'session_has_children',
    { children: [child.sessionId] },
  ]);
  expect((await parent.describe()).lineage.children).toEqual([child.sessionId]);

  const reader = collect(parent.events({ after: 0, signal: lab.signal }), isType('session_closed'));
  await parent.close({ transcript: 'purge' });
  expect((await reader).at(-1)?.data).toMatchObject({ reason: 'deleted' });
  expect((await refusal(parent.describe())).status).toBe(404);
  expect((await refusal(parent.transcript())).status).toBe(404);
  const orphan = await child.describe();
  expect([orphan.state, orphan.lineage.parentSessionId]).toEqual(['running', undefined]);

  const grandchild = await client.createSession({ parentSessionId: child.sessionId });
  await child.close({ transcript: 'purge', children: 'delete' });
  await lab.kill(first);
  const second = await lab.serveAgain(first);
  for (const { sessionId } of [parent, child, grandchild]) {
    expect((await refusal(lab.client(second).describeSession(sessionId))).status).toBe(404);
  }
});

test('an archived session is closed, out of the lists and readable; a load brings it back', async () => {
  const daemon = await lab.serve();
  const client = lab.client(daemon);
  const session = await lab.session(daemon);
  const { sessionId } = session;
  expect(await client.archiveSessions([sessionId])).toMatchObject({ archived: [sessionId] });
  expect(await client.archiveSessions([sessionId])).toMatchObject({ alreadyArchived: [sessionId] });
  expect((await client.listSessions()).sessions).toEqual([]);
  expect((await client.listSessions({ archived: true })).sessions).toMatchObject([
    { sessionId, archived: true },
  ]);
  expect((await session.transcript()).events.at(-1)?.type).toBe('session_closed');
  await session.load();
  expect((await client.listSessions()).sessions).toMatchObject([{ sessionId, state: 'idle' }]);
  expect(await client.unarchiveSessions([sessionId])).toMatchObject({ alreadyActive: [sessionId] });
  expect(
    await send(daemon, 'POST', '/sessions/archive', { body: { sessionIds: Array(101).fill(unknown) } }),
  ).toMatchObject({ status: 400, body: { path: 'sessionIds' } });
});

test('extension limits hold, by namespace and revision, and what is kept survives a kill', async () => {
  const first = await lab.serve();
  const session = await lab.session(first);
  const kept = await session.putExtension('editor', { open: ['a.ts'] });
  expect(kept).toEqual({ sessionId: session.sessionId, namespace: 'editor', revision: 1, sizeBytes: 17 });
  expect((await refusal(session.putExtension('editor', 1, { ifRevision: 9 }))).code).toBe(
    'revision_mismatch',
  );
  const wide = Object.fromEntries(Array.from({ length: 513 }, (_, place) => [`k${place}`, 0]));
  const tooWide = await refusal(session.putExtension('editor', wide));
  expect([tooWide.status, tooWide.code, tooWide.details]).toMatchObject([
    422,
    'extension_limit_exceeded',
    { limit: 'maxKeys', max: 512, value: 513 },
  ]);
  const tooLarge = await refusal(session.putExtension('editor', 'x'.repeat(300_000)));
  expect([tooLarge.status, tooLarge.code, tooLarge.details]).toMatchObject([
    413,
    'extension_too_large',
    { limit: 'maxBytes', max: 262_144, value: 300_002 },
  ]);
  const path = `/session/${session.sessionId}/extensions`;
  for (const namespace of ['constructor', '__proto__', 'Upper', 'a%20b']) {
    const answer = await send(first, 'PUT', `${path}/${namespace}`, { body: { content: 1 } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', path: 'namespace' } });
  }
  await lab.kill(first);

  const second = await lab.serveAgain(first);
  const again = lab.client(second).session(session.sessionId);
  expect(await again.getExtension('editor')).toMatchObject({ revision: 1, content: { open: ['a.ts'] } });
  expect((await again.describe()).extensions).toEqual([{ namespace: 'editor', revision: 1, sizeBytes: 17 }]);
  await again.deleteExtension('editor', { ifRevision: 1 });
  await again.deleteExtension('editor');
  expect((await refusal(again.getExtension('editor'))).code).toBe('extension_not_found');
});

test('labels and an alias may be given at creation; the parent must exist', async () => {
  const daemon = await lab.serve();
  const client = lab.client(daemon);
  const session = await client.createSession({ sessionScope: 'thread', alias: 'mine', labels: ['a', 'b'] });
  expect(await session.describe()).toMatchObject({ alias: 'mine', labels: ['a', 'b'], revision: 0 });
  const taken = await refusal(client.createSession({ sessionScope: 'thread', alias: 'mine' }));
  expect([taken.code, taken.details]).toMatchObject(['alias_taken', { sessionId: session.sessionId }]);
  expect((await refusal(client.createSession({ parentSessionId: unknown }))).code).toBe('session_not_found');
  const { features } = await client.capabilities();
  expect(features).toEqual(
    expect.arrayContaining(['session_archive', 'session_extensions', 'session_metadata']),
  );
});
