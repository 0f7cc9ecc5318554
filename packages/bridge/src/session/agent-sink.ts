import { permissionRequestIdFrom } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { ConversationSink } from '../ports/agents.ts';
import type { AgentUpdate } from './command.ts';
import { permissionTimer } from './permission-timer.ts';
import type { Session } from './session.ts';

/** Turns what an agent says in one conversation into commands of the session. */
export const agentSink = (core: Core, session: Session, binding: number): ConversationSink => ({
  updates(updates) {
    session.submit({ kind: 'updates', binding, updates });
  },
  permission(request) {
    const requestId = permissionRequestIdFrom(core.ids.uuid());
    core.resolvers.register(requestId, session.id, request);
    // The timer runs before anyone can see the request, so that none is ever without one.
    const { permissionTimeoutMs } = core.limits;
    const expire = () => session.submit({ kind: 'dismiss', requestId, reason: 'timeout' });
    if (permissionTimeoutMs > 0) session.timers.set(permissionTimer(requestId), permissionTimeoutMs, expire);
    const withdraw = () => session.submit({ kind: 'dismiss', requestId, reason: 'withdrawn' });
    request.withdrawn.addEventListener('abort', withdraw, { once: true });
    const { toolCall, options } = request;
    const { policy } = core;
    session.submit({ kind: 'ask', binding, requestId, toolCall, options: [...options], policy });
    // One that was held back until its session was there may be withdrawn by now: no abort will tell.
    if (request.withdrawn.aborted) withdraw();
  },
  dropped(reason) {
    core.logger.warn({ sessionId: session.id, binding, reason }, 'a message of the agent was dropped');
    session.submit({ kind: 'updates', binding, updates: [lossNotice(reason)] });
  },
  exited(exit) {
    const gone = { kind: 'agent_gone', binding, exit } as const;
    const { phase } = session.state;
    const headStart =
      phase.kind === 'running' ? session.admissions.headStartOf(phase.turn.promptId) : undefined;
    if (headStart === undefined) session.submit(gone);
    else void headStart.then(() => session.submit(gone));
  },
});

/** Says in the agent's place that readers miss something it said. Source: ACP SessionUpdate `notice`. */
const lossNotice = (reason: string): AgentUpdate => ({
  sessionUpdate: 'notice',
  severity: 'warning',
  title: 'Something the agent said is missing here',
  description: reason,
  _meta: { holdfast: { isDropped: true } },
});
