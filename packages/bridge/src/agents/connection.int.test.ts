import { describe, expect, it } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { agentsOf, conversation, RecordingSink, scripted } from './fixtures/scripted.ts';

const open = { cwd: '/', mcpServers: [] };
const text = (value: string) => [{ type: 'text', text: value }];

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
    // While another agent starts, talks and stops, this one could have said a lot.
    const other = agentsOf(scripted(''));
    await (await other.lease('scripted', '/')).connection.newSession(open, new RecordingSink());
    await other.close();
    expect(sink.heard.length).toBe(heardBefore);
    expect(heardBefore).toBeLessThan(200);
    isFull = () => false;
    resume();
    await answered;
    expect(sink.heard).toHaveLength(40_000);
  });

  it('does not hold up the end of its process for ever when the throttle never lets go', async () => {
    const after: Clock['after'] = (delayMs, task) => systemClock.after(Math.min(delayMs, 2_000), task);
    const clock = { ...systemClock, after };
    const agents = agentsOf(scripted(''), { throttle: () => new Promise(() => {}), clock });
    await expect(agents.lease('scripted', '/')).resolves.toBeDefined();
    await agents.close();
    expect(agents.processCount()).toBe(0);
  });
});
