import { RPC_CODE, RpcError, type SessionInfo } from './acp.ts';
import type { AgentOptions, AgentSwitch } from './agent-options.ts';
import { COMMANDS, describeChoices } from './catalog.ts';
import {
  createSession,
  type DemoSession,
  type OpenSessions,
  replayOf,
  restoreSession,
} from './demo-session.ts';
import { optionDelay } from './option-delay.ts';
import { type Params, stringParam } from './params.ts';
import type { Reply, RequestHandler } from './rpc-peer.ts';
import type { SessionStore, StoredEntry } from './session-store.ts';
import type { Host } from './turn.ts';

interface Setting {
  readonly open: OpenSessions;
  readonly options: AgentOptions;
}

const PAGE_SIZE = 50;

/** Methods that open, find and end sessions. */
export function restoreMethods(host: Host, { open, options }: Setting): ReadonlyMap<string, RequestHandler> {
  const { store, peer } = host;
  const update = (sessionId: string, content: object) =>
    peer.notify('session/update', { sessionId, update: content });
  const opened = (session: DemoSession): Reply => {
    open.set(session.id, session);
    const announce = () =>
      update(session.id, { sessionUpdate: 'available_commands_update', availableCommands: COMMANDS });
    const isEarly = options.switches.has('early-updates');
    if (isEarly) announce();
    return {
      result: { sessionId: session.id, ...describeChoices(session, options) },
      afterwards: isEarly ? undefined : announce,
    };
  };
  const restore = (params: Params, fault: AgentSwitch) => {
    if (options.switches.has(fault))
      throw new RpcError(RPC_CODE.internalError, `Internal error (--${fault})`);
    const { sessionId, entries } = stored(store, params);
    return { entries, reply: () => opened(restoreSession(sessionId, cwdParam(params), entries)) };
  };
  const close = (sessionId: string) => {
    open.get(sessionId)?.cancelTurn?.();
    return open.delete(sessionId);
  };
  return new Map<string, RequestHandler>([
    [
      'session/new',
      async (params) => {
        const cwd = cwdParam(params);
        await optionDelay(options, 'session-new-delay-ms');
        return opened(createSession(store, cwd));
      },
    ],
    [
      'session/load',
      async (params) => {
        await optionDelay(options, 'load-delay-ms');
        const { entries, reply } = restore(params, 'broken-load');
        const sessionId = stringParam(params, 'sessionId');
        for (const replayed of replayOf(entries)) update(sessionId, replayed);
        return reply();
      },
    ],
    ['session/resume', (params) => restore(params, 'broken-resume').reply()],
    [
      'session/fork',
      (params) => {
        const { entries } = restore(params, 'broken-fork');
        return opened(
          createSession(store, cwdParam(params), { id: stringParam(params, 'sessionId'), entries }),
        );
      },
    ],
    ['session/list', (params) => ({ result: listPage(store, params) })],
    [
      'session/close',
      (params) => {
        if (close(stringParam(params, 'sessionId'))) return { result: {} };
        throw new RpcError(RPC_CODE.resourceNotFound, 'Session is not open');
      },
    ],
    [
      'session/delete',
      (params) => {
        const { sessionId } = stored(store, params);
        close(sessionId);
        store.remove(sessionId);
        return { result: {} };
      },
    ],
  ]);
}

function cwdParam(params: Params): string {
  const cwd = stringParam(params, 'cwd');
  if (/^(\/|[A-Za-z]:[\\/])/.test(cwd)) return cwd;
  throw new RpcError(RPC_CODE.invalidParams, `cwd must be absolute; got ${cwd}`);
}

function stored(store: SessionStore, params: Params) {
  const sessionId = stringParam(params, 'sessionId');
  const entries = store.read(sessionId);
  if (entries) return { sessionId, entries };
  throw new RpcError(RPC_CODE.resourceNotFound, `Session not found: ${sessionId}`);
}

function listPage(store: SessionStore, params: Params) {
  const { cwd, cursor } = params;
  const rows = store
    .sessionIds()
    .flatMap((sessionId) => sessionRow(sessionId, store.read(sessionId) ?? []))
    .filter((row) => typeof cwd !== 'string' || row.cwd === cwd)
    .sort((a, b) => String(b.updatedAt).localeCompare(String(a.updatedAt)));
  const start = typeof cursor === 'string' ? Number(cursor) : 0;
  if (!Number.isInteger(start) || start < 0) throw new RpcError(RPC_CODE.invalidParams, 'cursor is not ours');
  const end = start + PAGE_SIZE;
  return { sessions: rows.slice(start, end), nextCursor: end < rows.length ? String(end) : undefined };
}

function sessionRow(sessionId: string, entries: readonly StoredEntry[]): SessionInfo[] {
  const head = entries[0];
  if (head?.type !== 'session') return [];
  const { title } = restoreSession(sessionId, head.cwd, entries);
  const lastAt = entries.reduce((at, entry) => (entry.type === 'user' ? entry.at : at), head.createdAt);
  return [{ sessionId, cwd: head.cwd, title, updatedAt: new Date(lastAt).toISOString() }];
}
