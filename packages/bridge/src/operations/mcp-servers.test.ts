import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { caller, sessionIdIn, testBridge } from '../testing/test-bridge.ts';

const mcpServers = [
  { name: 'db', command: 'db-server', args: [], env: [{ name: 'PASSWORD', value: 'hunter2' }] },
];

describe('the MCP servers of a session', () => {
  it('are told to the agent at its creation and at every restore, by whatever means', async () => {
    const { bridge, agents, create, prompt } = await testBridge();
    const sessionId = await create({ mcpServers });
    await bridge.closeSession(sessionId, caller);
    await bridge.loadSession(sessionId, {}, caller);
    agents.capabilities = { ...agents.capabilities, canResume: false };
    await bridge.closeSession(sessionId, caller);
    await bridge.resumeSession(sessionId, {}, caller);
    agents.capabilities = { ...agents.capabilities, canLoad: false };
    agents.process.die();
    await settled();
    await prompt(sessionId, 'hello');
    const told = agents.processes.flatMap(({ opened }) => opened);
    expect(
      agents.processes.flatMap(({ calls }) => calls).filter((call) => /^(new|resume|load)/.test(call)),
    ).toEqual(['new agent-1', 'resume agent-1', 'load agent-1', 'new agent-2']);
    expect(told).toMatchObject(Array(4).fill({ mcpServers }));
  });

  it('are told to the agent of a branch, native or not, and of a restart', async () => {
    const before = await testBridge();
    const sessionId = await before.create({ mcpServers });
    await before.bridge.branchSession(sessionId, {}, caller);
    before.agents.capabilities = { ...before.agents.capabilities, canFork: false };
    await before.bridge.branchSession(sessionId, {}, caller);
    expect(before.agents.process.opened).toMatchObject(Array(3).fill({ mcpServers }));
    await before.bridge.close();
    const after = await testBridge({ records: before.records });
    await after.bridge.loadSession(sessionId, {}, caller);
    expect(after.agents.process.opened.at(-1)).toMatchObject({ mcpServers });
  });

  it('never show: in no event, no row, no description and no export', async () => {
    const { bridge, create, prompt, agents, events } = await testBridge();
    const sessionId = await create({ mcpServers });
    await prompt(sessionId, 'hello');
    (await agents.turn(0)).answer();
    await settled();
    const { answer } = await bridge.branchSession(sessionId, {}, caller);
    const ids = [sessionId, sessionIdIn(answer.sessionId)];
    const shown: unknown[] = [await bridge.listSessions({}), answer];
    for (const id of ids) shown.push(await bridge.describeSession(id), await events(id));
    for (const format of ['jsonl', 'json', 'md'] as const) {
      const { chunks } = await bridge.exportSession(sessionId, format);
      for await (const piece of chunks) shown.push(piece);
    }
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });
});
