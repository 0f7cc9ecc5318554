import { agentSessionIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { connect, RecordingSink } from './fixtures/scripted.ts';

const open = { cwd: '/', mcpServers: [] };
const text = (value: string) => [{ type: 'text', text: value }];

describe('restoring a conversation', () => {
  const replaying = (method: string) => `on('${method}', (m) => {
      for (const kind of ['user_message_chunk', 'agent_message_chunk', 'agent_thought_chunk', 'tool_call',
        'tool_call_update', 'plan', 'available_commands_update', 'current_mode_update', 'config_option_update',
        'session_info_update', 'usage_update'])
        raw(line('old', { sessionUpdate: kind }));
      answer(m, { modes: { currentModeId: 'ask' } });
      update('old', 'live');
    });`;

  const state = ['available_commands', 'current_mode', 'config_option', 'session_info', 'usage'];
  const restored = { modes: { currentModeId: 'ask' }, models: null, configOptions: null };
  const old = agentSessionIdOf('old');

  it('by session/resume keeps the state it reports and drops the history', async () => {
    const connection = await connect(replaying('session/resume'));
    const sink = new RecordingSink();
    expect(await connection.resumeSession(old, open, sink)).toEqual(restored);
    await sink.until(({ heard }) => heard.includes('live'));
    expect(sink.heard).toEqual([...state.map((kind) => `${kind}_update`), 'live']);
  });

  it('by session/load keeps the state it reports and drops the history, also what comes of it after the answer', async () => {
    const connection = await connect(`${replaying('session/load')}
      on('session/prompt', (m) => { update('old', 'new'); answer(m, { stopReason: 'end_turn' }); });`);
    const sink = new RecordingSink();
    expect(await connection.loadSession(old, open, sink)).toEqual(restored);
    expect(await connection.prompt(old, text('go'), undefined)).toEqual({ stopReason: 'end_turn' });
    expect(sink.heard).toEqual([...state.map((kind) => `${kind}_update`), 'new']);
  });

  const replayingLate = `
    let isReplayed = false;
    let prompts = 0;
    on('session/load', (m) => {
      answer(m, {});
      setTimeout(() => update('old', 'said before'), 30);
      setTimeout(() => { update('old', 'and this'); isReplayed = true; }, 90);
    });
    on('session/prompt', (m) => {
      prompts += 1;
      update('old', 'prompt ' + prompts + ' after the replay: ' + isReplayed);
      answer(m, { stopReason: 'end_turn' });
    });
    on('session/cancel', () => update('old', 'cancelled'));`;

  it('by session/load lets the first prompt wait until the agent replays no more', async () => {
    const connection = await connect(replayingLate);
    const sink = new RecordingSink();
    await connection.loadSession(old, open, sink);
    await connection.prompt(old, text('go'), undefined);
    await connection.prompt(old, text('on'), undefined);
    expect(sink.heard).toEqual(['prompt 1 after the replay: true', 'prompt 2 after the replay: true']);
  });

  it.each(['cancel', 'forget'] as const)(
    'by session/load never sends a prompt that met a %s while it waited',
    async (end) => {
      const connection = await connect(replayingLate);
      const sink = new RecordingSink();
      await connection.loadSession(old, open, sink);
      const waiting = connection.prompt(old, text('go'), undefined);
      connection[end](old);
      expect(await waiting).toEqual({ stopReason: 'cancelled' });
      if (end === 'forget') await connection.loadSession(old, open, sink);
      await connection.prompt(old, text('once more'), undefined);
      expect(sink.heard).toEqual(['prompt 1 after the replay: true']);
    },
  );

  it('by session/fork gives a conversation of its own, without the history it was made of', async () => {
    const connection = await connect(`on('session/fork', (m) => {
      raw(line('copy', { sessionUpdate: 'tool_call' }) + line('copy', { sessionUpdate: 'usage_update' }));
      answer(m, { sessionId: 'copy' });
      update('copy', 'live');
    });`);
    const sink = new RecordingSink();
    const fork = await connection.forkSession(agentSessionIdOf('source'), open, sink);
    expect(fork.agentSessionId).toBe('copy');
    await sink.until(({ heard }) => heard.includes('live'));
    expect(sink.heard).toEqual(['usage_update', 'live']);
  });

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
