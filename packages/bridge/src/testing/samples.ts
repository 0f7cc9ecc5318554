import {
  type AgentSessionId,
  agentSessionIdOf,
  type ClientId,
  DaemonError,
  type PermissionRequestId,
  type PromptId,
  parseClientId,
  permissionRequestIdOf,
  promptIdOf,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { BoundDetails, CommandOf, SessionCommand } from '../session/command.ts';

export const sessionId = sessionIdFrom('00000000-0000-4000-8000-00000000aaaa');
export const ann = client('ann');
export const bob = client('bob');

export const prompt = (name: string): PromptId => promptIdOf(name);
export const request = (name: string): PermissionRequestId => permissionRequestIdOf(name);
export const agentSession = (name: string): AgentSessionId => agentSessionIdOf(name);

export function client(name: string): ClientId {
  const clientId = parseClientId(name);
  if (clientId === undefined) throw new Error(`"${name}" is no client id`);
  return clientId;
}

/** An agent that reports nothing of itself. */
export const silentAgent = Object.freeze({ modes: null, models: null, configOptions: null });

export const options = [
  { optionId: 'yes', name: 'Yes', kind: 'allow_once' as const },
  { optionId: 'no', name: 'No', kind: 'reject_once' as const },
];

/** The commands of a session's life, with what a test cares about. */
export const c = {
  create: (given: Partial<CommandOf<'create'>> = {}): SessionCommand => ({
    kind: 'create',
    sessionId,
    cwd: '/work/app',
    workspace: '/work',
    agent: 'fake',
    isDefaultTarget: true,
    parentSessionId: null,
    displayName: null,
    metadata: {},
    mcpServers: [],
    clientIds: [ann],
    agentSessionId: agentSession('agent-1'),
    agentState: silentAgent,
    applied: {},
    prompt: null,
    ...given,
  }),
  prompt: (name: string, given: Partial<CommandOf<'prompt'>> = {}): SessionCommand => ({
    kind: 'prompt',
    promptId: prompt(name),
    content: [{ type: 'text', text: `text of ${name}` }],
    clientId: ann,
    deadlineMs: null,
    meta: undefined,
    onBusy: 'queue',
    ...given,
  }),
  advance: { kind: 'advance' } as const,
  cancel: { kind: 'abort', clearsQueue: false } as const,
  steer: (name: string, given: Partial<CommandOf<'prompt'>> = {}): SessionCommand =>
    c.prompt(name, { onBusy: 'interrupt', ...given }),
  inject: (name: string, given: Partial<CommandOf<'prompt'>> = {}): SessionCommand =>
    c.prompt(name, { onBusy: 'inject', ...given }),
  injection: (
    name: string,
    outcome: CommandOf<'injection_answered'>['outcome'] = 'taken',
    binding = 1,
  ): SessionCommand => ({ kind: 'injection_answered', binding, promptId: prompt(name), outcome }),
  abort: (name?: string, given: Partial<CommandOf<'abort'>> = {}): SessionCommand => ({
    kind: 'abort',
    promptId: name === undefined ? undefined : prompt(name),
    clearsQueue: false,
    ...given,
  }),
  close: { kind: 'close', reason: 'client_close' } as const,
  reset: (given: Partial<CommandOf<'reset'>> = {}): SessionCommand => ({
    kind: 'reset',
    reason: 'reset',
    queue: 'keep',
    checkpointId: 'cp-reset',
    ...given,
  }),
  trim: (upToEventId: number, given: Partial<CommandOf<'trim'>> = {}): SessionCommand => ({
    kind: 'trim',
    generation: 1,
    upToEventId,
    ...given,
  }),
  checkpoint: (checkpointId: string, name: string | null = null): SessionCommand => ({
    kind: 'checkpoint',
    checkpointId,
    name,
  }),
  restoreCheckpoint: (
    restored: string,
    given: Partial<CommandOf<'restore_checkpoint'>> = {},
  ): SessionCommand => ({ kind: 'restore_checkpoint', restored, checkpointId: 'cp-restore', ...given }),
  compact: (name: string, given: Partial<CommandOf<'compact'>> = {}): SessionCommand => ({
    kind: 'compact',
    promptId: prompt(name),
    strategy: 'handoff',
    instructions: null,
    checkpointId: `cp-${name}`,
    clientId: ann,
    deadlineMs: null,
    onBusy: 'queue',
    ...given,
  }),
  interrupt: { kind: 'interrupt' } as const,
  recover: { kind: 'recover' } as const,
  answered: (name: string, stopReason = 'end_turn', binding = 1): SessionCommand => ({
    kind: 'answered',
    binding,
    promptId: prompt(name),
    answer: { stopReason },
  }),
  failed: (
    name: string,
    given: Partial<CommandOf<'failed'>['failure']> = {},
    binding = 1,
  ): SessionCommand => ({
    kind: 'failed',
    binding,
    promptId: prompt(name),
    failure: { code: 'agent_error', message: 'no luck', ...given },
  }),
  deadline: (name: string): SessionCommand => ({ kind: 'deadline', promptId: prompt(name) }),
  graceOver: (name: string): SessionCommand => ({ kind: 'grace_over', promptId: prompt(name) }),
  says: (text: string, binding = 1): SessionCommand => ({ kind: 'updates', binding, updates: [chunk(text)] }),
  ask: (name: string, given: Partial<CommandOf<'ask'>> = {}): SessionCommand => ({
    kind: 'ask',
    binding: 1,
    requestId: request(name),
    toolCall: { toolCallId: 'call-1' },
    options,
    policy: 'first-responder',
    ...given,
  }),
  vote: (name: string, given: Partial<CommandOf<'vote'>> = {}): SessionCommand => ({
    kind: 'vote',
    requestId: request(name),
    outcome: { outcome: 'selected', optionId: 'yes' },
    clientId: ann,
    isLocal: true,
    ...given,
  }),
  dismiss: (name: string, reason = 'withdrawn'): SessionCommand => ({
    kind: 'dismiss',
    requestId: request(name),
    reason,
  }),
  gone: (binding = 1): SessionCommand => ({
    kind: 'agent_gone',
    binding,
    exit: { exitCode: 1, signal: null, stderrTail: 'boom' },
  }),
  bound: (given: Partial<BoundDetails> = {}): SessionCommand => ({
    kind: 'bound',
    opening: 1,
    clientIds: [],
    applied: {},
    agentSessionId: agentSession('agent-2'),
    pid: 7,
    agentState: silentAgent,
    context: 'native',
    reseed: null,
    ...given,
  }),
  notBound: (
    code: CommandOf<'not_bound'>['failure']['code'] = 'agent_start_failed',
    opening = 1,
  ): SessionCommand => ({
    kind: 'not_bound',
    opening,
    failure: { code, message: 'it does not start' },
  }),
};

export const chunk = (text: string): Readonly<Record<string, unknown>> => ({
  sessionUpdate: 'agent_message_chunk',
  content: { type: 'text', text },
});

export const unavailable = (): DaemonError => new DaemonError('journal_unavailable', 'the disk is full');
