import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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

describe('permissions', () => {
  const allow = { outcome: { outcome: 'selected' as const, optionId: 'allow-once' } };

  test('several are asked at once, each after its tool call, and each outcome is told', async () => {
    const asked: string[] = [];
    let release = () => {};
    const allAsked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const agent = start({
      answerPermission: async ({ toolCall, options }) => {
        asked.push(toolCall.toolCallId, ...options.map((option) => option.optionId));
        if (asked.length === 6) release();
        await allAsked;
        return allow;
      },
    });
    await agent.prompt(await agent.newSession(), '/permission count=2 options=allow_once,allow_once');
    expect(asked).toEqual([
      'call-1-1',
      'allow-once',
      'allow-once-2',
      'call-1-2',
      'allow-once',
      'allow-once-2',
    ]);
    expect(agent.updates.map((update) => update.sessionUpdate).slice(1, 3)).toEqual([
      'tool_call',
      'tool_call',
    ]);
    expect(agent.text()).toBe(
      'permission call-1-1: selected allow-once\npermission call-1-2: selected allow-once\n',
    );
  });

  test('one may come before its tool call', async () => {
    const seen: number[] = [];
    const agent = start({
      answerPermission: () => {
        seen.push(agent.lines.filter((line) => line.includes('"tool_call"')).length);
        return { outcome: { outcome: 'selected', optionId: 'reject-once' } };
      },
    });
    await agent.prompt(await agent.newSession(), '/permission announce=no');
    expect(seen).toEqual([0]);
    expect(agent.updates).toContainEqual(
      expect.objectContaining({ sessionUpdate: 'tool_call', status: 'failed' }),
    );
  });

  test('one may be withdrawn', async () => {
    const agent = start({
      answerPermission: (_request, signal) =>
        new Promise((resolve) => {
          const answer = () => resolve({ outcome: { outcome: 'cancelled' } });
          // Request and withdrawal may be read in one go.
          if (signal.aborted) answer();
          else signal.addEventListener('abort', answer);
        }),
    });
    await agent.prompt(await agent.newSession(), '/withdraw-permission ms=5');
    expect(agent.text()).toBe('withdraw-permission call-1-1: cancelled\n');
  });
});

describe('bad manners', () => {
  test('a cancel is ignored for a while, or to the end of the script', async () => {
    const agent = start();
    const sessionId = await agent.newSession();
    const obeysLater = agent.prompt(sessionId, '/ignore-cancel ms=20\n/say A\n/sleep ms=60000');
    await agent.until(() => agent.text().includes('A'));
    await agent.agent.notify('session/cancel', { sessionId });
    expect(await obeysLater).toMatchObject({ stopReason: 'cancelled' });
    const never = agent.prompt(sessionId, '/ignore-cancel\n/say B\n/stream count=5 every-ms=10\n/say C');
    await agent.until(() => agent.text().includes('B'));
    await agent.agent.notify('session/cancel', { sessionId });
    expect(await never).toMatchObject({ stopReason: 'end_turn' });
    expect(agent.text()).toMatch(/C$/);
  });

  test.each([
    ['/crash code=7 after=2', { code: 7, signal: null }],
    ['/crash signal=SIGKILL after=2', { code: null, signal: 'SIGKILL' }],
    ['/say 1 before the crash\n/half-line code=3', { code: 3, signal: null }],
  ])('%j ends the process after its output', async (script, ending) => {
    const agent = start();
    const sessionId = await agent.newSession();
    const [answer] = await Promise.allSettled([agent.prompt(sessionId, script)]);
    expect(answer?.status).toBe('rejected');
    expect(await agent.exited).toEqual(ending);
    expect(agent.text()).toContain('before the crash');
  });

  test('an error, a stop reason, noise, odd updates and unknown requests', async () => {
    const agent = start();
    const sessionId = await agent.newSession();
    const failing = agent.prompt(sessionId, '/error code=429 message="slow down"');
    await expect(failing).rejects.toMatchObject({ code: 429, message: 'slow down' });
    expect(await agent.prompt(sessionId, '/stop reason=refusal\n/say never')).toMatchObject({
      stopReason: 'refusal',
    });
    // The SDK's client complains on the console about what it cannot read; here it is told to.
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    await agent.prompt(sessionId, '/noise not json\n/unknown-update\n/stray-update\n/unknown-request');
    expect(complaints).toHaveBeenCalled();
    complaints.mockRestore();
    expect(agent.lines).toContain('not json');
    expect(agent.lines.some((line) => line.includes('"demo_unknown"'))).toBe(true);
    expect(agent.text()).toContain('unknown-request demo/unknown: error -32601');
    await agent.prompt(sessionId, '/huge-line bytes=1000000');
    expect(Math.max(...agent.lines.map((line) => line.length + 1))).toBe(1_000_000);
    await expect(agent.prompt(sessionId, '/brust')).rejects.toMatchObject({ code: -32602 });
  });

  test('grandchildren outlive the agent, in its group or in their own', async () => {
    const agent = start();
    await agent.prompt(await agent.newSession(), '/grandchildren count=2 session=new');
    const { pids } = JSON.parse(agent.text()) as { pids: number[] }; // The agent's own format, checked below.
    await agent.stop();
    expect(pids).toHaveLength(2);
    for (const pid of pids) process.kill(pid, 'SIGKILL'); // Throws when there is no such process.
  });
});

describe('start and end', () => {
  test('the end of stdin ends it, even in mid-turn', async () => {
    const agent = start();
    const sessionId = await agent.newSession();
    const turn = Promise.allSettled([agent.prompt(sessionId, '/say on\n/never-answer')]);
    await agent.until(() => agent.text() === 'on');
    agent.child.stdin.end();
    expect(await agent.exited).toEqual({ code: 0, signal: null });
    await turn;
  });

  test('it can be deaf to the end of stdin and to SIGTERM', async () => {
    const agent = start({ args: ['--ignore-eof', '--ignore-term'] });
    const sessionId = await agent.newSession();
    const turn = agent.prompt(sessionId, '/say on\n/stream count=20 every-ms=10\n/say still here');
    await agent.until(() => agent.text().startsWith('on'));
    agent.child.kill('SIGTERM');
    agent.child.stdin.end();
    expect(await turn).toMatchObject({ stopReason: 'end_turn' });
    expect(agent.text()).toContain('still here');
  });

  test.each([
    [['--exit-at-start', '3', '--start-stderr', 'no key'], 3, 'no key\n'],
    [['--nonsense'], 2, 'unknown flag --nonsense'],
  ])('%j ends it at once', async (args, code, stderr) => {
    const agent = start({ args });
    expect(await agent.exited).toEqual({ code, signal: null });
    expect(agent.stderr()).toContain(stderr);
  });

  test('it can greet with garbage before it speaks ACP', async () => {
    const agent = start({ args: ['--garbage-at-start', '--early-updates'] });
    expect(await agent.initialize()).toMatchObject({ protocolVersion: 1 });
    expect(agent.lines[0]).toContain('Welcome');
    const sessionId = await agent.newSession();
    const announced = agent.lines.findIndex((line) => line.includes('available_commands_update'));
    const answered = agent.lines.findIndex((line) => line.includes(`"result":{"sessionId":"${sessionId}"`));
    expect(announced).toBeLessThan(answered);
  });
});
