import { agentSessionIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { agentsOf, connect, RecordingSink, scripted } from './fixtures/scripted.ts';

const open = { cwd: '/', mcpServers: [] };
const text = (value: string) => [{ type: 'text', text: value }];

async function conversation(code: string, more: Parameters<typeof connect>[1] = {}) {
  const connection = await connect(code, more);
  const sink = new RecordingSink();
  const { agentSessionId } = await connection.newSession(open, sink);
  return { connection, sink, agentSessionId };
}

describe('what an agent says', () => {
  it('reaches the listener in the order it was written, permission requests and the answer included', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      on('session/prompt', (m) => {
        const ask = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'session/request_permission',
          params: { sessionId: 's1', toolCall: { toolCallId: 't' }, options: [] } }) + '\\n';
        const end = JSON.stringify({ jsonrpc: '2.0', id: m.id, result: { stopReason: 'end_turn' } }) + '\\n';
        raw(line('s1', chunk('a')) + line('s1', chunk('b')) + ask + line('s1', chunk('c')) + end + line('s1', chunk('late')));
      });`);
    const answered = connection.prompt(agentSessionId, text('go'), undefined).then((answer) => {
      sink.heard.push(answer.stopReason);
    });
    await answered;
    await sink.until(({ heard }) => heard.includes('late'));
    expect(sink.heard).toEqual(['a', 'b', 'permission', 'c', 'end_turn', 'late']);
  });

  it('reaches the listener as one call for each run of updates in a chunk', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      on('session/prompt', (m) => {
        raw(Array.from({ length: 50 }, (_, i) => line('s1', chunk(String(i)))).join(''));
        answer(m, { stopReason: 'end_turn' });
      });`);
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.heard).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
    expect(sink.calls.length).toBeLessThan(5);
  });

  it('keeps update kinds and members nobody knows', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      on('session/prompt', (m) => { raw(line('s1', { sessionUpdate: 'from_the_future', x: 1 })); answer(m, { stopReason: 'end_turn' }); });`);
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.heard).toEqual(['from_the_future']);
  });

  it('is heard before the session is open, and delivered right after', async () => {
    const { sink } = await conversation(`
      on('session/new', (m) => { update('s1', 'early'); answer(m, { sessionId: 's1' }); update('s1', 'soon'); });`);
    expect(sink.heard).toEqual([]);
    await sink.until(({ heard }) => heard.length === 2);
    expect(sink.heard).toEqual(['early', 'soon']);
  });

  it('is bounded as long as the session is not open, and what was left out is said', async () => {
    const { sink } = await conversation(`
      on('session/new', (m) => {
        for (let i = 0; i < 1500; i += 1) update('s1', String(i));
        answer(m, { sessionId: 's1' });
      });`);
    await sink.until(({ heard }) => heard.length > 1_000);
    expect(sink.heard.slice(998, 1_001)).toEqual(['998', '999', expect.stringContaining('500 updates')]);
  });

  it('changes nothing once the conversation is forgotten, or for one that was never opened', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      on('session/prompt', (m) => { update('s1', 'dead'); update('stranger', 'x'); answer(m, { stopReason: 'end_turn' }); });`);
    connection.forget(agentSessionId);
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.heard).toEqual([]);
  });

  it('is taken as noise where it is no JSON-RPC, and never answered', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      raw('Welcome!\\n42\\n"text"\\n[1]\\n{"a":1}\\n\\r\\n{"jsonrpc":"2.0","id":99,"result":{}}\\n');
      let heard = [];
      on('session/prompt', (m) => {
        raw('\\u001b]0;title\\u0007' + line('s1', chunk('after a title')));
        raw(line('s1', chunk('crlf')).replace('\\n', '\\r\\n'));
        raw('{"jsonrpc":"2.0","method":"session/update","params":{}}\\n');
        answer(m, { stopReason: 'end_turn' });
      });`);
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.heard).toEqual(['after a title', 'crlf']);
    expect(connection.exit).toBeUndefined();
  });

  it('loses one message over the cap, with a report, and nothing else', async () => {
    const { connection, sink, agentSessionId } = await conversation(
      `on('session/prompt', (m) => {
        update('s1', 'before');
        update('s1', 'x'.repeat(40 * 1024 * 1024));
        update('s1', 'after');
        answer(m, { stopReason: 'end_turn' });
      });`,
    );
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.heard).toEqual(['before', expect.stringContaining('dropped: a message of 4194'), 'after']);
  });

  it('ends the call when its answer is over the cap', async () => {
    const { connection, agentSessionId } = await conversation(
      `on('session/prompt', (m) => answer(m, { stopReason: 'x'.repeat(100_000) }));`,
      { maxLineBytes: 50_000 },
    );
    await expect(connection.prompt(agentSessionId, text('go'), undefined)).rejects.toMatchObject({
      code: 'agent_error',
    });
  });

  it('is delivered to its last whole line when the agent dies in the middle of the next', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      on('session/prompt', () => {
        for (let i = 0; i < 5_000; i += 1) update('s1', String(i));
        process.stderr.write('out of memory');
        process.stdout.write('{"jsonrpc":"2.0","method":"sess', () => process.exit(7));
      });`);
    const failure = await connection
      .prompt(agentSessionId, text('go'), undefined)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'agent_exited',
      details: { exitCode: 7, stderrTail: 'out of memory' },
    });
    expect(sink.heard.slice(-2)).toEqual(['4999', 'exited']);
    expect(sink.heard).toHaveLength(5_001);
    expect(connection.exit).toEqual({ exitCode: 7, signal: null, stderrTail: 'out of memory' });
  });

  it('is not read while the throttle holds, so that memory stays bounded', async () => {
    let resume = () => {};
    let isFull = () => false;
    const held = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const throttle = () => (isFull() ? held : undefined);
    const { connection, sink, agentSessionId } = await conversation(
      `on('session/prompt', (m) => {
        let left = 40_000;
        const more = () => {
          while (left-- > 0) {
            if (!process.stdout.write(line('s1', chunk('x'.repeat(1000))))) return process.stdout.once('drain', more);
          }
          answer(m, { stopReason: 'end_turn' });
        };
        more();
      });`,
      { throttle },
    );
    isFull = () => sink.heard.length > 0;
    const answered = connection.prompt(agentSessionId, text('go'), undefined);
    await sink.until(({ heard }) => heard.length > 0);
    const heardBefore = sink.heard.length;
    // 40 MB would pass within this time if anybody read them.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sink.heard.length).toBe(heardBefore);
    expect(heardBefore).toBeLessThan(200);
    isFull = () => false;
    resume();
    await answered;
    expect(sink.heard).toHaveLength(40_000);
  });

  it('does not hold up the end of its process for ever when the throttle never lets go', async () => {
    const agents = agentsOf(scripted(''), { throttle: () => new Promise(() => {}) });
    await expect(agents.lease('scripted', '/')).resolves.toBeDefined();
    await agents.close();
    expect(agents.processCount()).toBe(0);
  });
});

describe('what an agent asks', () => {
  it('is answered −32601 at once when the daemon does not offer it', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      on('session/prompt', async (m) => {
        const codes = [];
        for (const method of ['craft/drainMidTurnQueue', 'fs/read_text_file', 'terminal/create'])
          codes.push((await request(method, {})).error.code);
        update('s1', codes.join());
        answer(m, { stopReason: 'end_turn' });
      });`);
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.heard).toEqual(['-32601,-32601,-32601']);
  });

  const asking = `
    const ask = () => request('session/request_permission', { sessionId: 's1', toolCall: { toolCallId: 't', extra: 1 },
      options: [{ optionId: 'yes', name: 'Yes', kind: 'brand_new' }] });
    let asked = 0;
    on('session/prompt', async (m) => {
      const { result } = await ask();
      update('s1', JSON.stringify(result.outcome));
      answer(m, { stopReason: 'end_turn' });
    });
    on('session/cancel', () => send({ method: '$/cancel_request', params: { requestId: 1001 } }));`;

  it('is a permission that gets exactly one answer, the first', async () => {
    const { connection, sink, agentSessionId } = await conversation(asking);
    const answered = connection.prompt(agentSessionId, text('go'), undefined);
    await sink.until(({ permissions }) => permissions.length === 1);
    const [request] = sink.permissions;
    expect(request?.toolCall).toEqual({ toolCallId: 't', extra: 1 });
    expect(request?.options).toEqual([{ optionId: 'yes', name: 'Yes', kind: 'brand_new' }]);
    request?.answer({ outcome: 'selected', optionId: 'yes' });
    request?.answer({ outcome: 'cancelled' });
    await answered;
    expect(sink.heard).toEqual(['permission', '{"outcome":"selected","optionId":"yes"}']);
    expect(request?.withdrawn.aborted).toBe(false);
  });

  it('is withdrawn when the agent cancels its own request', async () => {
    const { connection, sink, agentSessionId } = await conversation(asking);
    const answered = connection.prompt(agentSessionId, text('go'), undefined);
    await sink.until(({ permissions }) => permissions.length === 1);
    connection.cancel(agentSessionId);
    await answered;
    expect(sink.permissions[0]?.withdrawn.aborted).toBe(true);
    expect(sink.heard).toEqual(['permission', '{"outcome":"cancelled"}']);
  });

  it('is withdrawn when the agent dies, before the listener hears of the end', async () => {
    const { connection, sink, agentSessionId } = await conversation(asking);
    const answered = connection.prompt(agentSessionId, text('go'), undefined).catch(() => {});
    await sink.until(({ permissions }) => permissions.length === 1);
    sink.permissions[0]?.withdrawn.addEventListener('abort', () => sink.heard.push('withdrawn'));
    process.kill(connection.pid, 'SIGKILL');
    await sink.until(({ exit }) => exit !== undefined);
    await answered;
    expect(sink.heard).toEqual(['permission', 'withdrawn', 'exited']);
    expect(sink.exit).toMatchObject({ signal: 'SIGKILL' });
    sink.permissions[0]?.answer({ outcome: 'cancelled' });
  });

  it('is cancelled at once for a conversation nobody listens to', async () => {
    const { connection, sink, agentSessionId } = await conversation(asking);
    connection.forget(agentSessionId);
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.permissions).toEqual([]);
  });
});

describe('restoring a conversation', () => {
  const replaying = (method: string) => `on('${method}', (m) => {
      for (const kind of ['user_message_chunk', 'agent_message_chunk', 'agent_thought_chunk', 'tool_call',
        'tool_call_update', 'plan', 'available_commands_update', 'current_mode_update', 'config_option_update',
        'session_info_update', 'usage_update'])
        raw(line('old', { sessionUpdate: kind }));
      answer(m, { modes: { currentModeId: 'ask' } });
      update('old', 'live');
    });`;

  it.each(['session/load', 'session/resume'])(
    'by %s keeps the state it reports and drops the history',
    async (method) => {
      const connection = await connect(replaying(method));
      const sink = new RecordingSink();
      const id = agentSessionIdOf('old');
      const restore =
        method === 'session/load'
          ? connection.loadSession(id, open, sink)
          : connection.resumeSession(id, open, sink);
      expect(await restore).toEqual({ modes: { currentModeId: 'ask' }, models: null, configOptions: null });
      await sink.until(({ heard }) => heard.includes('live'));
      expect(sink.heard).toEqual([
        'available_commands_update',
        'current_mode_update',
        'config_option_update',
        'session_info_update',
        'usage_update',
        'live',
      ]);
    },
  );

  it('that fails leaves no listener', async () => {
    const connection = await connect(
      `on('session/load', (m) => { refuse(m, -32002, { why: 1 }); update('old', 'x'); });`,
    );
    const sink = new RecordingSink();
    await expect(connection.loadSession(agentSessionIdOf('old'), open, sink)).rejects.toMatchObject({
      code: 'agent_error',
      details: { agentCode: -32_002, data: { why: 1 } },
    });
    await connection.newSession(open, new RecordingSink());
    expect(sink.heard).toEqual([]);
  });
});

describe('an agent that does not answer as it should', () => {
  it('fails a call with its own code and data', async () => {
    const { connection, agentSessionId } = await conversation(
      `on('session/prompt', (m) => refuse(m, 400, { a: 1 }));`,
    );
    await expect(connection.prompt(agentSessionId, text('go'), undefined)).rejects.toMatchObject({
      code: 'agent_error',
      details: { agentCode: 400, data: { a: 1 } },
    });
  });

  it('says that it needs a login, and the ways it offers', async () => {
    const connection = await connect(`on('session/new', (m) => refuse(m, -32000));`);
    await expect(connection.newSession(open, new RecordingSink())).rejects.toMatchObject({
      code: 'agent_auth_required',
      details: { authMethods: [{ id: 'key' }] },
    });
  });

  it('in time fails the call, and the session it opens too late is closed again', async () => {
    const connection = await connect(
      `let late;
       on('session/new', (m) => { if (late) answer(m, { sessionId: 's2' }); else late = m; });
       on('session/prompt', (m) => { answer(late, { sessionId: 'late' }); update('late', 'x'); on('session/close', (c) => {
         update('s2', 'closed ' + c.params.sessionId); answer(c, {}); answer(m, { stopReason: 'end_turn' }); }); });`,
      { timeouts: { newSessionTimeoutMs: 200 } },
    );
    const lost = new RecordingSink();
    await expect(connection.newSession(open, lost)).rejects.toMatchObject({
      code: 'init_timeout',
      details: { timeoutMs: 200 },
    });
    const sink = new RecordingSink();
    const { agentSessionId } = await connection.newSession(open, sink);
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.heard).toEqual(['closed late']);
    expect(lost.heard).toEqual([]);
  });

  it('in time fails a restore, and the conversation restored too late is closed again', async () => {
    const connection = await connect(
      `let late;
       on('session/load', (m) => { late = m; });
       on('session/prompt', (m) => { answer(late, {}); on('session/close', (c) => {
         update('s1', 'closed ' + c.params.sessionId); answer(c, {}); answer(m, { stopReason: 'end_turn' }); }); });`,
      { timeouts: { restoreTimeoutMs: 200 } },
    );
    const old = agentSessionIdOf('old');
    await expect(connection.loadSession(old, open, new RecordingSink())).rejects.toMatchObject({
      code: 'session_restore_timeout',
    });
    const sink = new RecordingSink();
    const { agentSessionId } = await connection.newSession(open, sink);
    await connection.prompt(agentSessionId, text('go'), undefined);
    expect(sink.heard).toEqual(['closed old']);
  });

  it('to a cancel is told of it nevertheless', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      let turn;
      on('session/prompt', (m) => { turn = m; update('s1', 'working'); });
      on('session/cancel', () => answer(turn, { stopReason: 'cancelled', usage: { totalTokens: 3 } }));`);
    const answered = connection.prompt(agentSessionId, text('go'), { source: 'test' });
    await sink.until(({ heard }) => heard.length > 0);
    connection.cancel(agentSessionId);
    expect(await answered).toEqual({ stopReason: 'cancelled', usage: { totalTokens: 3 } });
  });
});

describe('choosing a mode or model', () => {
  it('sets the config option of that category where one is offered', async () => {
    const { connection, sink, agentSessionId } = await conversation(`
      const options = (value) => [{ id: 'm', category: 'model', type: 'select', currentValue: value }];
      on('session/new', (m) => answer(m, { sessionId: 's1', configOptions: options('a') }));
      on('session/set_config_option', (m) => { update('s1', m.params.configId + '=' + m.params.value); answer(m, { configOptions: options('b') }); });
      on('session/set_mode', (m) => { update('s1', 'mode ' + m.params.modeId); answer(m, {}); });`);
    await connection.setModel(agentSessionId, 'b');
    await connection.setMode(agentSessionId, 'plan');
    expect(sink.heard).toEqual(['m=b', 'mode plan']);
  });
});
