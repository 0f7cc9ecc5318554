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
  const known = {
    epoch: eventEpochFrom('00000000-0000-4000-8000-00000000e0e0'),
    workspaces: [{ id: 'w1', cwd: '/work', isPrimary: true }],
    defaultAgent: 'demo',
    limits: { ...numbers, ...choices },
    listAgents: () => [],
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
  // Whatever of a bridge is not in `known` is a method, and there it throws.
  return new Proxy<object>(known, {
    get: (target, name) => Reflect.get(target, name) ?? unexpected(String(name)),
  }) as Bridge;
}
