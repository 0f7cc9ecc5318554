import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SetSessionConfigOptionResponse } from '@agentclientprotocol/sdk/unstable';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type StartedAgent, startDemoAgent, temporaryStore } from './testing/start-demo-agent.ts';

let store: ReturnType<typeof temporaryStore>;
let started: StartedAgent[];

beforeEach(() => {
  store = temporaryStore();
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((agent) => agent.stop()));
  store.remove();
});

const start = (options: Omit<Parameters<typeof startDemoAgent>[0], 'store'> = {}) => {
  const agent = startDemoAgent({ ...options, store: store.folder });
  started.push(agent);
  return agent;
};
const kindsOf = (agent: StartedAgent) => agent.updates.map((update) => update.sessionUpdate);
const sentUpdates = (agent: StartedAgent) => agent.lines.filter((line) => line.includes('"session/update"'));

describe('a conversation', () => {
  test('a plain prompt is answered with thought, plan, text, usage and a title', async () => {
    const agent = start();
    await agent.initialize();
    const answer = await agent.prompt(await agent.newSession(), 'hello there');
    expect(answer).toMatchObject({ stopReason: 'end_turn', usage: { totalTokens: expect.any(Number) } });
    expect(agent.text()).toContain('You said: hello there');
    expect(new Set(kindsOf(agent))).toEqual(
      new Set([
        'available_commands_update',
        'agent_thought_chunk',
        'plan',
        'agent_message_chunk',
        'usage_update',
        'session_info_update',
      ]),
    );
  });

  test('the official client accepts every kind of update the agent sends', async () => {
    const agent = start();
    const script =
      '/help\n/thought t\n/plan\n/usage\n/title T\n/mode code\n/tool\n/diff\n/compact\n/permission';
    await agent.prompt(await agent.newSession(), script);
    expect(agent.updates).toHaveLength(sentUpdates(agent).length);
    expect(kindsOf(agent)).toContain('config_option_update');
  });

  test('a burst arrives whole, in order, and before the answer', async () => {
    const agent = start();
    const sessionId = await agent.newSession();
    await agent.prompt(sessionId, '/burst count=5000 bytes=40\n/late-updates count=2');
    await agent.until(() => agent.text().includes('late 2'));
    const texts = agent.updates.flatMap((u) =>
      u.sessionUpdate === 'agent_message_chunk' && u.content.type === 'text' ? [u.content.text] : [],
    );
    const numbers = texts.slice(0, 5000).map((text) => Number.parseInt(text, 10));
    expect(numbers).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
    expect(texts[0]).toHaveLength(40);
    const answerAt = agent.lines.findIndex((line) => line.includes('"stopReason"'));
    expect(agent.lines[answerAt - 1]).toContain('5000 ');
    expect(agent.lines[answerAt + 1]).toContain('late 1');
  });

  test('choices made in one form show in all', async () => {
    const agent = start();
    const opened = await agent.agent.request('session/new', { cwd: store.folder, mcpServers: [] });
    const { sessionId } = opened;
    expect(opened.modes?.currentModeId).toBe('ask');
    await agent.agent.request('session/set_mode', { sessionId, modeId: 'auto' });
    await agent.agent.request('session/set_model', { sessionId, modelId: 'demo-deep' });
    const set = { sessionId, configId: 'mode', value: 'code' };
    const { configOptions } = await agent.agent.request<SetSessionConfigOptionResponse>(
      'session/set_config_option',
      set,
    );
    expect(configOptions.map((option) => option.currentValue)).toEqual(['code', 'demo-deep']);
    expect(agent.updates.at(-1)).toMatchObject({ currentModeId: 'code' });
    await expect(agent.agent.request('session/set_mode', { sessionId, modeId: 'x' })).rejects.toMatchObject({
      code: -32602,
    });
  });
});

describe('memory', () => {
  test('load replays the conversation, resume does not, and both remember it in another process', async () => {
    const first = start();
    const sessionId = await first.newSession();
    await first.prompt(sessionId, '/say one\n/say  and two');
    await first.prompt(sessionId, '/history');
    expect(JSON.parse(first.text().slice('oneand two'.length))).toMatchObject({ earlierUserMessages: 1 });
    await first.stop();
    // A process killed in mid-write leaves half a line.
    appendFileSync(join(store.folder, 'sessions', `${sessionId}.jsonl`), '{"type":"user","prom');

    const second = start();
    await second.agent.request('session/load', { sessionId, cwd: store.folder, mcpServers: [] });
    await second.until(() => second.updates.length > 4);
    expect(kindsOf(second).slice(0, 2)).toEqual(['user_message_chunk', 'agent_message_chunk']);
    expect(second.text()).toMatch(/^oneand two/);
    await second.prompt(sessionId, '/say three');

    const third = start();
    await third.agent.request('session/resume', { sessionId, cwd: store.folder });
    await third.prompt(sessionId, 'the earlier talk', '/history chars=7');
    expect(JSON.parse(third.text())).toEqual({
      earlierUserMessages: 3,
      promptBlocks: 2,
      firstBlock: 'the ear',
    });
  });

  test('a fork has the history of its source and goes its own way', async () => {
    const agent = start();
    const sessionId = await agent.newSession();
    await agent.prompt(sessionId, '/title Source\n/say hi');
    const fork = await agent.agent.request('session/fork', { sessionId, cwd: store.folder });
    expect(fork.sessionId).not.toBe(sessionId);
    await agent.prompt(fork.sessionId, '/history');
    expect(agent.text()).toContain('"earlierUserMessages":1');
    const { sessions } = await agent.agent.request('session/list', { cwd: store.folder });
    expect(sessions.map((row) => row.title)).toEqual(['Source', 'Source']);
    await agent.agent.request('session/delete', { sessionId });
    expect((await agent.agent.request('session/list', {})).sessions).toHaveLength(1);
  });

  test('an unknown session is refused, also when its name leaves the store', async () => {
    const agent = start();
    const load = (sessionId: string) =>
      agent.agent.request('session/load', { sessionId, cwd: store.folder, mcpServers: [] });
    await expect(load('demo-nope')).rejects.toMatchObject({ code: -32002 });
    await expect(load('../prompts')).rejects.toMatchObject({ code: -32002 });
    await expect(agent.prompt('demo-nope', 'hi')).rejects.toMatchObject({ code: -32602 });
  });

  test('every prompt a process receives is logged once, with its meta', async () => {
    const agent = start();
    const sessionId = await agent.newSession();
    await agent.agent.request('session/prompt', {
      sessionId,
      prompt: [{ type: 'text', text: '/say hi' }],
      _meta: { key: 'k1' },
    });
    const running = agent.prompt(sessionId, '/say started\n/sleep ms=60000');
    await agent.until(() => agent.text().includes('started'));
    await expect(agent.prompt(sessionId, '/say second')).rejects.toMatchObject({ code: -32600 });
    await agent.agent.notify('session/cancel', { sessionId });
    expect(await running).toMatchObject({ stopReason: 'cancelled' });
    expect(store.prompts()).toMatchObject([
      { sessionId, pid: agent.child.pid, text: '/say hi', meta: { key: 'k1' } },
      { text: '/say started\n/sleep ms=60000', meta: null },
      { text: '/say second', overlap: true },
    ]);
  });
});

describe('capabilities', () => {
  test('what is switched off is neither declared nor known', async () => {
    const agent = start({ args: ['--no-load', '--no-fork'], env: { HOLDFAST_DEMO_ARGS: '--no-close' } });
    const { agentCapabilities } = await agent.initialize();
    expect(agentCapabilities?.loadSession).toBe(false);
    expect(Object.keys(agentCapabilities?.sessionCapabilities ?? {}).sort()).toEqual([
      'delete',
      'list',
      'resume',
    ]);
    const sessionId = await agent.newSession();
    await expect(agent.agent.request('session/close', { sessionId })).rejects.toMatchObject({ code: -32601 });
  });

  test('what is broken is declared and fails', async () => {
    const agent = start({ args: ['--broken-load', '--broken-resume'] });
    expect((await agent.initialize()).agentCapabilities?.loadSession).toBe(true);
    const session = { sessionId: await agent.newSession(), cwd: store.folder };
    await expect(agent.agent.request('session/resume', session)).rejects.toMatchObject({ code: -32603 });
  });

  test('a login that is needed is asked for with -32000 and then suffices', async () => {
    const agent = start({ args: ['--auth-required'] });
    const { authMethods } = await agent.initialize();
    await expect(agent.newSession()).rejects.toMatchObject({ code: -32000 });
    await agent.agent.request('authenticate', { methodId: authMethods?.[0]?.id ?? '' });
    expect(await agent.newSession()).toMatch(/^demo-/);
  });
});
