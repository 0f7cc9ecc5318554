import type { CreateSessionBody, Envelope, SessionId } from '@holdfast/protocol';
import { parseSessionId } from '@holdfast/protocol';
import { expect, onTestFinished } from 'vitest';
import type { Caller } from '../api/caller.ts';
import type { Bridge } from '../bridge.ts';
import type { Core } from '../core.ts';
import { type MemoryRecords, memoryRecords } from '../journal/memory/memory-records.ts';
import { openMemoryStore } from '../journal/memory/open-memory-store.ts';
import { localBridge } from '../local-bridge.ts';
import { IdempotentRequests } from '../operations/idempotent-requests.ts';
import { rebuildIndex } from '../operations/rebuild-index.ts';
import { recoverSessions } from '../operations/recover-sessions.ts';
import { type BridgeOptions, resolveLimits } from '../options.ts';
import { PermissionResolvers } from '../permissions/resolvers.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import { silentLogger } from '../runtime/silent-logger.ts';
import { scanSearch } from '../search/scan-search.ts';
import { Aliases } from '../session/aliases.ts';
import { runEffect } from '../session/effects.ts';
import { Registry } from '../session/registry.ts';
import { Slots } from '../session/slots.ts';
import { Titles } from '../session/titles.ts';
import { openWorkspaces } from '../workspaces.ts';
import { FakeAgents } from './fake-agents.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { type MoodyStore, moody } from './moody-store.ts';
import { ann } from './samples.ts';
import { sequentialIds } from './sequential-ids.ts';
import { tell } from './tell.ts';

export const workspace = import.meta.dirname;
export const caller: Caller = Object.freeze({ principal: 'local', clientId: ann, isLocal: true });
export const withKey = (key: string, bodyHash = key): Caller => ({
  ...caller,
  idempotency: { key, bodyHash },
});

export interface TestBridge {
  readonly bridge: Bridge;
  readonly core: Core;
  readonly agents: FakeAgents;
  readonly clock: FakeClock;
  readonly store: MoodyStore;
  readonly records: MemoryRecords;
  /** Creates a session as ann, in a scope of its own unless the body says otherwise. */
  create(body?: CreateSessionBody, by?: Caller): Promise<SessionId>;
  /** Sends a prompt and lets it go at once; answers its id. */
  prompt(sessionId: SessionId, text: string, by?: Caller): Promise<string>;
  /** Everything recorded that readers see. */
  events(sessionId: SessionId): Promise<readonly Envelope[]>;
  /** The same, a line each, ids of prompts and questions numbered by their appearance. */
  told(sessionId: SessionId): Promise<readonly string[]>;
}

interface Start {
  /** What an earlier bridge left. */
  readonly records?: MemoryRecords;
  readonly agents?: FakeAgents;
  readonly clock?: FakeClock;
  readonly limits?: Partial<BridgeOptions>;
  /** Default: ids that count, and the client ids that tests ask for. */
  readonly ids?: Ids;
  /** Default: nobody hears. */
  readonly logger?: Logger;
}

/** A whole bridge over the memory store and fake agents, in time that only the test moves. */
export async function testBridge(start: Start = {}): Promise<TestBridge> {
  const { records = memoryRecords(), agents = new FakeAgents(), clock = new FakeClock() } = start;
  const { logger = silentLogger } = start;
  const { ids = sequentialIds() } = start;
  const store = moody(await openMemoryStore({ clock, ids, records }));
  const core = await assemble({ store, agents, clock, ids, logger, options: start.limits ?? {} });
  await rebuildIndex(core);
  await recoverSessions(core);
  const bridge = localBridge(core, () => store.close());
  onTestFinished(() => bridge.close({ drainTimeoutMs: 0 }));
  const events = async (sessionId: SessionId) => {
    const recorded = await store.journal.read(sessionId, 0, { maxEvents: 10_000, maxBytes: 1e9 });
    return recorded.map(({ json }) => JSON.parse(json) as Envelope);
  };
  return {
    bridge,
    core,
    agents,
    clock,
    store,
    records,
    events,
    async create(body = { sessionScope: 'thread' }, by = caller) {
      const { answer } = await bridge.createSession(body, by);
      return sessionIdIn(answer.sessionId);
    },
    async prompt(sessionId, text, by = caller) {
      const admission = await bridge.promptSession(sessionId, { prompt: [{ type: 'text', text }] }, by);
      admission.release();
      await settled();
      return admission.answer.promptId;
    },
    async told(sessionId) {
      await settled();
      return numbered(
        (await events(sessionId)).map(({ type, data }) => tell({ kind: 'event', type, data } as never)),
      );
    },
  };
}

async function assemble({
  store,
  agents,
  clock,
  ids,
  logger,
  options,
}: {
  store: MoodyStore;
  agents: FakeAgents;
  clock: FakeClock;
  ids: Ids;
  logger: Logger;
  options: Partial<BridgeOptions>;
}): Promise<Core> {
  const limits = resolveLimits({ stateDir: null, workspaces: [], ...options }, logger);
  const { journal, index } = store;
  const registry = new Registry(journal, index, {
    journal,
    clock,
    logger,
    maxPendingPrompts: limits.maxPendingPrompts,
    runEffect: (session, effect) => runEffect(core, session, effect),
  });
  const core: Core = {
    epoch: journal.epoch,
    limits,
    policy: limits.permissionPolicy === 'consensus' ? 'first-responder' : limits.permissionPolicy,
    defaultAgent: 'fake',
    searchPath: '',
    workspaces: await openWorkspaces([workspace]),
    clock,
    ids,
    logger,
    journal,
    index,
    search: scanSearch(journal, index),
    agents,
    registry,
    slots: new Slots(limits.maxSessions),
    titles: new Titles(index),
    aliases: new Aliases(index),
    resolvers: new PermissionResolvers(),
    requests: new IdempotentRequests(journal, clock),
  };
  return core;
}

export function sessionIdIn(text: string): SessionId {
  const sessionId = parseSessionId(text);
  if (sessionId === undefined) throw new Error(`"${text}" is no session id`);
  return sessionId;
}

/** Names prompts p1, p2, … and questions r1, r2, … by their first appearance. */
function numbered(lines: readonly string[]): string[] {
  const names = new Map<string, string>();
  const counts = { prompt: 0, perm: 0 };
  return lines.map((line) =>
    line.replaceAll(/\b(prompt|perm)_[0-9a-f-]{36}/g, (id, kind: 'prompt' | 'perm') => {
      const known = names.get(id);
      if (known !== undefined) return known;
      counts[kind] += 1;
      const name = `${kind === 'prompt' ? 'p' : 'r'}${counts[kind]}`;
      names.set(id, name);
      return name;
    }),
  );
}

/** Expects a call to be refused. */
export async function expectRefusal(
  call: Promise<unknown>,
  code: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await expect(call).rejects.toMatchObject({ code, details });
}
