import { agentSessionIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { connect, conversation, RecordingSink } from './fixtures/scripted.ts';

const open = { cwd: '/', mcpServers: [] };
const text = (value: string) => [{ type: 'text', text: value }];

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
