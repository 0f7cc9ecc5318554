import { afterEach, beforeEach, expect, test } from 'vitest';
import { HoldfastSandbox } from './testing/holdfast-process.ts';

let sandbox: HoldfastSandbox;
beforeEach(() => {
  sandbox = new HoldfastSandbox();
});
afterEach(() => sandbox.close());

test('agents lists those that can run, and marks the default', async () => {
  await sandbox.serve(['--agent', 'gone=/nowhere/gone-agent']);
  const { code, stdout } = await sandbox.run(['agents']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^AGENT +STATE +VERSION +SESSIONS +TITLE\n/);
  expect(stdout).toMatch(/^demo( \*)? +ready /m);
  expect(stdout).toMatch(/^gone( \*)? +missing .*gone-agent/m);
  expect(stdout.match(/ \* /g)).toHaveLength(1);
  const list = JSON.parse((await sandbox.run(['agents', 'list', '--json'])).stdout);
  expect(list).toMatchObject({ defaultAgent: expect.any(String), agents: expect.any(Array) });
});

test('a session that an agent kept for another daemon is shown and taken over', async () => {
  const shared = { XDG_STATE_HOME: sandbox.folder };
  const first = await sandbox.serve(['--state-dir', `${sandbox.folder}/first`], shared);
  const options = ['--agent', 'demo', '--url', first.ready.url, '--token-file', first.ready.tokenFile];
  const begun = await sandbox.run(['run', ...options, 'remember the word heron']);
  expect(begun).toMatchObject({ code: 0 });
  first.child.kill('SIGTERM');
  await first.ended;

  await sandbox.serve([], shared);
  const page = JSON.parse((await sandbox.run(['agents', 'sessions', 'demo', '--json'])).stdout);
  const { agentSessionId } = page.sessions[0];
  const listed = await sandbox.run(['agents', 'sessions', 'demo', '--cwd', '.']);
  expect(listed.stdout).toMatch(new RegExp(`^AGENT SESSION .*\n${agentSessionId} `));
  const taken = await sandbox.run(['agents', 'import', 'demo', agentSessionId]);
  const [, sessionId = ''] = /^(\S+) imported: demo goes on/.exec(taken.stdout) ?? [];
  expect((await sandbox.run(['sessions', 'show', sessionId])).stdout).toContain('heron');
  const again = await sandbox.run(['agents', 'import', 'demo', agentSessionId]);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(sessionId)]);
  const unknown = await sandbox.run(['agents', 'sessions', 'nobody']);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('nobody')]);
});
