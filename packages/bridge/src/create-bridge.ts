import { DaemonError } from '@holdfast/protocol';
import { resolveDefinitions } from './agents/definitions.ts';
import { recipes } from './agents/recipes.ts';
import { createAgents } from './agents/supervisor.ts';
import type { Bridge } from './bridge.ts';
import type { Core } from './core.ts';
import { openMemoryStore } from './journal/memory/open-memory-store.ts';
import { journalFileIn } from './journal/sqlite/journal-file.ts';
import { openSqliteStore } from './journal/sqlite/open-sqlite-store.ts';
import type { JournalStore } from './journal/store.ts';
import { localBridge } from './local-bridge.ts';
import { IdempotentRequests } from './operations/idempotent-requests.ts';
import { rebuildIndex } from './operations/rebuild-index.ts';
import { recoverSessions } from './operations/recover-sessions.ts';
import { type BridgeLimits, type BridgeOptions, resolveLimits } from './options.ts';
import type { SupportedPolicy } from './permissions/mediation-policy.ts';
import { PermissionResolvers } from './permissions/resolvers.ts';
import type { Logger } from './ports/logger.ts';
import { IdleReaper } from './reaper/idle-reaper.ts';
import { JournalKeeper } from './reaper/journal-keeper.ts';
import { randomIds } from './runtime/random-ids.ts';
import { silentLogger } from './runtime/silent-logger.ts';
import { openStateDir, type StateDir } from './runtime/state-dir.ts';
import { systemClock } from './runtime/system-clock.ts';
import { openSearch } from './search/open-search.ts';
import { Aliases } from './session/aliases.ts';
import { runEffect } from './session/effects.ts';
import { Registry } from './session/registry.ts';
import { Slots } from './session/slots.ts';
import { Titles } from './session/titles.ts';
import { openWorkspaces } from './workspaces.ts';

/**
 * Opens a bridge on its state directory: takes the directory's lock, opens the journal, ends what an earlier process
 * left open, and continues what waits. Close it to stop every agent.
 * @throws invalid_option, state_dir_in_use, state_unreadable
 */
export async function createBridge(options: BridgeOptions): Promise<Bridge> {
  const { clock = systemClock, ids = randomIds, logger = silentLogger } = options;
  const limits = resolveLimits(options, logger);
  const policy = supportedPolicy(limits);
  const definitions = resolveDefinitions(Object.values(recipes), options.agents ?? {});
  const defaultAgent = chooseDefaultAgent(options, definitions);
  const workspaces = await openWorkspaces(options.workspaces);
  const stateDir = await openStateDir(options.stateDir);
  try {
    const store = await openStore(stateDir, limits, { clock, ids, logger });
    const { journal, index } = store;
    const search = openSearch(stateDir, store, { clock, logger });
    const agents = createAgents({
      definitions,
      clock,
      ids,
      logger,
      stateDir: stateDir.path,
      timeouts: limits,
      throttle: () => journal.pressure(),
      clientInfo: options.clientInfo ?? { name: 'holdfast', version: '0' },
    });
    const registry = new Registry(journal, index, {
      journal,
      clock,
      logger,
      maxPendingPrompts: limits.maxPendingPrompts,
      runEffect: (session, effect) => runEffect(core, session, effect),
    });
    const core: Core = Object.freeze({
      epoch: journal.epoch,
      limits,
      policy,
      defaultAgent,
      searchPath: process.env['PATH'] ?? '',
      workspaces,
      clock,
      ids,
      logger,
      journal,
      index,
      search,
      agents,
      registry,
      slots: new Slots(limits.maxSessions),
      titles: new Titles(index),
      aliases: new Aliases(index),
      resolvers: new PermissionResolvers(),
      requests: new IdempotentRequests(journal, clock),
    });
    await begin(core, store);
    const reaper = new IdleReaper(core);
    reaper.start();
    const keeper = new JournalKeeper(core);
    keeper.start();
    return localBridge(core, async () => {
      reaper.close();
      await keeper.close();
      await search.close();
      await store.close();
      stateDir.release();
    });
  } catch (error) {
    stateDir.release();
    throw error;
  }
}

/** Takes up what an earlier process left; a start that fails leaves neither agents nor an open store. */
async function begin(core: Core, store: JournalStore): Promise<void> {
  try {
    await rebuildIndex(core);
    await recoverSessions(core);
  } catch (error) {
    await core.agents.close();
    await core.search.close();
    await store.close();
    throw error;
  }
}

function openStore(
  stateDir: StateDir,
  { journalSync }: BridgeLimits,
  ports: { readonly clock: typeof systemClock; readonly ids: typeof randomIds; readonly logger: Logger },
): Promise<JournalStore> {
  if (stateDir.isTemporary) return openMemoryStore(ports);
  return openSqliteStore({ path: journalFileIn(stateDir.path), sync: journalSync, ...ports });
}

function supportedPolicy({ permissionPolicy }: BridgeLimits): SupportedPolicy {
  if (permissionPolicy !== 'consensus') return permissionPolicy;
  throw new DaemonError(
    'invalid_option',
    'permissionPolicy "consensus" needs authenticated identities, which are not there yet; use first-responder, designated or local-only',
  );
}

function chooseDefaultAgent(options: BridgeOptions, definitions: ReadonlyMap<string, unknown>): string {
  const name = options.defaultAgent ?? Object.keys(options.agents ?? {})[0] ?? 'demo';
  if (definitions.has(name)) return name;
  const known = [...definitions.keys()].join(', ');
  throw new DaemonError('invalid_option', `defaultAgent "${name}" is not configured; choose one of ${known}`);
}
