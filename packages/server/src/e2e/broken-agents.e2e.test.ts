import { HoldfastError } from '@holdfast/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Daemon, DaemonLab } from './testing/daemon-lab.ts';
import { untilNone } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

/** What creating a session came to, and how long it took (ms). */
async function failure(daemon: Daemon): Promise<{ readonly error: HoldfastError; readonly tookMs: number }> {
  const startedAt = performance.now();
  try {
    await lab.bluntClient(daemon).createSession({ agent: 'broken' });
  } catch (error) {
    if (error instanceof HoldfastError) return { error, tookMs: performance.now() - startedAt };
    throw error;
  }
  throw new Error('the session was created');
}

interface Fault {
  readonly command: string;
  readonly status: number;
  readonly code: string;
  readonly message: RegExp;
  readonly details: object;
}

const script = (text: string) => `sh -c '${text}'`;

const faults: Readonly<Record<string, Fault>> = {
  'does not exist': {
    command: '/nonexistent/agent --acp',
    status: 502,
    code: 'agent_start_failed',
    message: /\/nonexistent\/agent.*not found; check the path/,
    details: { agent: 'broken', exitCode: null },
  },
  'is not on the PATH': {
    command: 'no-such-agent-anywhere',
    status: 502,
    code: 'agent_start_failed',
    message: /no-such-agent-anywhere.*install it/,
    details: { agent: 'broken' },
  },
  'exits at once': {
    command: script('echo "your key has expired" >&2; exit 7'),
    status: 502,
    code: 'agent_start_failed',
    message: /7/,
    details: { exitCode: 7, stderrTail: expect.stringContaining('your key has expired') },
  },
  'exits at once with success': {
    command: script('echo "usage: agent [file]" >&2'),
    status: 502,
    code: 'agent_start_failed',
    message: /broken/,
    details: { exitCode: 0, stderrTail: expect.stringContaining('usage: agent') },
  },
  'prints garbage and stays': {
    command: script(
      'echo "Welcome to Agent 3000"; echo "{not json"; echo "no acp here" >&2; exec sleep 3600',
    ),
    status: 504,
    code: 'init_timeout',
    message: /broken/,
    details: { timeoutMs: 1_500, stderrTail: expect.stringContaining('no acp here') },
  },
  'prints garbage without end': {
    command: script('echo "flooding" >&2; exec yes garbage'),
    status: 504,
    code: 'init_timeout',
    message: /broken/,
    details: { stderrTail: expect.stringContaining('flooding') },
  },
  'never answers initialize and ignores TERM, with children': {
    command: script('trap "" TERM INT HUP; echo "thinking" >&2; setsid sleep 3600 & sleep 3600 & wait; wait'),
    status: 504,
    code: 'init_timeout',
    message: /--init-timeout-ms|1500/,
    details: { timeoutMs: 1_500, stderrTail: expect.stringContaining('thinking') },
  },
  'answers initialize with an error': {
    command: script(
      'read line; echo "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":0,\\"error\\":{\\"code\\":-32603,\\"message\\":\\"no\\"}}"; exec sleep 3600',
    ),
    status: 502,
    code: 'agent_start_failed',
    message: /broken/,
    details: { agent: 'broken' },
  },
};

describe('a session whose agent cannot be had is refused in time, and nothing of it is left, when the agent', () => {
  test.each(Object.entries(faults))('%s', async (_, { command, status, code, message, details }) => {
    const daemon = await lab.serve(['--agent', `broken=${command}`, '--init-timeout-ms', '1500']);
    const { error, tookMs } = await failure(daemon);
    expect(error).toMatchObject({ status, code, details });
    expect(error.message).toMatch(message);
    expect(tookMs).toBeLessThan(6_000);
    await untilNone(() => lab.descendants());
    const client = lab.client(daemon);
    expect((await client.listSessions()).sessions).toEqual([]);
    expect(await client.health({ deep: true })).toMatchObject({ sessions: 0 });
    // What failed blocks nobody: the next session of another agent is there at once.
    const session = await client.createSession({ agent: 'demo', sessionScope: 'thread' });
    expect(session.created?.attached).toBe(false);
  });
});
