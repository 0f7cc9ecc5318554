import { type Bridge, bridgeChoices, bridgeNumbers } from '@holdfast/bridge';
import { eventEpochFrom } from '@holdfast/protocol';

/** A bridge of which a test says only what it is about; any other call fails the test. */
export function fakeBridge(answers: Partial<Bridge>): Bridge {
  const unexpected = (name: string) => () => {
    throw new Error(`unexpected call of ${name}`);
  };
  const numbers = Object.fromEntries(
    Object.entries(bridgeNumbers).map(([name, option]) => [name, option.default]),
  );
  const choices = Object.fromEntries(Object.entries(bridgeChoices).map(([name, [first]]) => [name, first]));
  return {
    epoch: eventEpochFrom('00000000-0000-4000-8000-00000000e0e0'),
    workspaces: [{ id: 'w1', cwd: '/work', isPrimary: true }],
    defaultAgent: 'demo',
    // Every name of both tables is there, with its default.
    limits: { ...numbers, ...choices } as unknown as Bridge['limits'],
    listAgents: () => [],
    createSession: unexpected('createSession'),
    describeSession: unexpected('describeSession'),
    getSessionStatus: unexpected('getSessionStatus'),
    listSessions: unexpected('listSessions'),
    listWorkspaceSessions: unexpected('listWorkspaceSessions'),
    promptSession: unexpected('promptSession'),
    cancelTurn: unexpected('cancelTurn'),
    votePermission: unexpected('votePermission'),
    heartbeat: unexpected('heartbeat'),
    detach: unexpected('detach'),
    updateMetadata: unexpected('updateMetadata'),
    closeSession: unexpected('closeSession'),
    subscribe: unexpected('subscribe'),
    figures: () => ({
      sessions: 0,
      pendingPermissions: 0,
      activePrompts: 0,
      connectedClients: 0,
      agentProcesses: 0,
    }),
    readiness: () => ({ isReady: true }),
    close: async () => {},
    ...answers,
  };
}
