import { describe, expect, it } from 'vitest';
import { agentsOf, scratchFolder, scripted } from './fixtures/scripted.ts';

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an agent that cannot start', () => {
  it('for want of its command says so, with the remedy, however often it is tried', async () => {
    const agents = agentsOf(scripted('', { command: 'no-such-agent' }));
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await failure(agents.lease('scripted', '/'))).toMatchObject({
        code: 'agent_start_failed',
        message: expect.stringContaining('"no-such-agent" was not found; install it'),
        details: { agent: 'scripted', exitCode: null },
      });
    }
    expect(agents.processCount()).toBe(0);
  });

  it('because it exits at once gives its exit code and the end of its stderr', async () => {
    const agents = agentsOf(scripted(`console.error('no licence'); process.exit(3);`));
    expect(await failure(agents.lease('scripted', '/'))).toMatchObject({
      code: 'agent_start_failed',
      message: expect.stringContaining('no licence'),
      details: { agent: 'scripted', exitCode: 3, stderrTail: 'no licence\n' },
    });
  });

  it('because it prints something else fails in time, and what it printed is said', async () => {
    const code = `on('initialize', () => raw('Usage: agent [options]\\n')); console.error('hm');`;
    const agents = agentsOf(scripted(code), { timeouts: { initTimeoutMs: 300 } });
    expect(await failure(agents.lease('scripted', '/'))).toMatchObject({
      code: 'init_timeout',
      message: expect.stringContaining('Usage: agent [options]'),
      details: { timeoutMs: 300, stderrTail: 'hm\n' },
    });
    expect(agents.processCount()).toBe(0);
  });

  it('because it refuses initialize, or speaks another version', async () => {
    const refusing = agentsOf(scripted(`on('initialize', (m) => refuse(m, -32603));`));
    expect(await failure(refusing.lease('scripted', '/'))).toMatchObject({
      code: 'agent_start_failed',
      details: { agentCode: -32_603 },
    });
    const future = agentsOf(scripted(`on('initialize', (m) => answer(m, { protocolVersion: 9 }));`));
    expect(await failure(future.lease('scripted', '/'))).toMatchObject({ code: 'agent_start_failed' });
  });

  it('in a folder that is not there names the folder', async () => {
    const agents = agentsOf(scripted(''));
    expect(await failure(agents.lease('scripted', '/no/such/folder'))).toMatchObject({
      code: 'agent_start_failed',
      message: expect.stringContaining('"/no/such/folder" does not exist'),
    });
  });

  it('fails all who wait for it, and the next try starts anew', async () => {
    const flag = `${scratchFolder()}/second`;
    const agents = agentsOf(
      scripted(`const fs = process.getBuiltinModule('fs');
        if (!fs.existsSync('${flag}')) { fs.writeFileSync('${flag}', ''); process.exit(1); }`),
    );
    const failures = await Promise.all([1, 2, 3].map(() => failure(agents.lease('scripted', '/'))));
    expect(failures).toMatchObject(Array(3).fill({ code: 'agent_start_failed' }));
    expect((await agents.lease('scripted', '/')).connection.pid).toBeGreaterThan(0);
  });

  it('again and again has to wait before it is tried once more', async () => {
    const agents = agentsOf(scripted('process.exit(1);'), {
      restartLimits: { quickLifeMs: 60_000, forgivenCrashes: 2, backoffMs: 60_000, maxBackoffMs: 60_000 },
    });
    await failure(agents.lease('scripted', '/'));
    await failure(agents.lease('scripted', '/'));
    expect(await failure(agents.lease('scripted', '/'))).toMatchObject({
      code: 'agent_start_failed',
      details: { quickCrashes: 2, retryAfterMs: expect.any(Number) },
    });
    expect(await failure(agents.lease('scripted', '/tmp'))).not.toMatchObject({
      details: { quickCrashes: 2 },
    });
  });

  it('is unknown when nothing of that name is configured', async () => {
    expect(await failure(agentsOf(scripted('')).lease('other', '/'))).toMatchObject({
      code: 'agent_not_found',
    });
  });
});
