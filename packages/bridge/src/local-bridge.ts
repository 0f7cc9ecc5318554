import type { Bridge, BridgeFigures, Readiness } from './bridge.ts';
import type { Core } from './core.ts';
import { localAgentDirectory } from './local/agent-directory.ts';
import { localCatalog } from './local/catalog.ts';
import { localContext } from './local/context.ts';
import { localDeletion } from './local/deletion.ts';
import { Gate } from './local/gate.ts';
import { localHistory } from './local/history.ts';
import { localLifecycle } from './local/lifecycle.ts';
import { localMetadata } from './local/metadata.ts';
import { localReading } from './local/reading.ts';
import { localSettings } from './local/settings.ts';
import { localTurns } from './local/turns.ts';
import { shutDown } from './operations/shut-down.ts';
import { pendingCount } from './session/state.ts';

/** The bridge in this process: each call wakes the session it is about and goes to its operation. */
export function localBridge(core: Core, onClosed: () => Promise<void>): Bridge {
  const gate = new Gate();
  return Object.freeze({
    epoch: core.epoch,
    workspaces: core.workspaces.roots,
    defaultAgent: core.defaultAgent,
    limits: core.limits,
    ...localLifecycle(core, gate),
    ...localCatalog(core),
    ...localTurns(core, gate),
    ...localSettings(core),
    ...localMetadata(core),
    ...localContext(core, gate),
    ...localDeletion(core),
    ...localHistory(core),
    ...localReading(core, gate),
    ...localAgentDirectory(core, gate),
    figures: () => figures(core),
    readiness: () => readiness(core, gate),
    close: closing(core, gate, onClosed),
  });
}

function figures({ registry, resolvers, agents, slots }: Core): BridgeFigures {
  const awake = [...registry.awake()];
  return {
    sessions: slots.used,
    pendingPermissions: resolvers.waiting,
    activePrompts: awake.reduce((sum, { state }) => sum + pendingCount(state.phase), 0),
    connectedClients: awake.reduce((sum, { subscribers }) => sum + subscribers, 0),
    agentProcesses: agents.processCount(),
  };
}

function readiness({ journal, registry }: Core, gate: Gate): Readiness {
  if (gate.isShut) return { isReady: false, reason: 'the daemon is shutting down' };
  const fault = journal.fault();
  if (fault !== undefined) return { isReady: false, reason: fault };
  const isStalled = [...registry.awake()].some((session) => session.isStalled);
  return isStalled ? { isReady: false, reason: 'the journal refuses to write' } : { isReady: true };
}

/** A second call with no time to drain ends the waiting of the first, for turns and for agents that do not go. */
function closing(core: Core, gate: Gate, onClosed: () => Promise<void>): Bridge['close'] {
  const noDrain = Promise.withResolvers<void>();
  const noGrace = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;
  return ({ drainTimeoutMs = core.limits.drainTimeoutMs } = {}) => {
    if (drainTimeoutMs === 0) {
      noDrain.resolve();
      if (running !== undefined) noGrace.resolve();
    }
    gate.shut();
    running ??= shutDown(core, {
      drainTimeoutMs,
      noDrain: noDrain.promise,
      noGrace: noGrace.promise,
    }).finally(onClosed);
    return running;
  };
}
