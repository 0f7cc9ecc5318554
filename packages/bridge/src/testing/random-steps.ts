import type { PromptId } from '@holdfast/protocol';
import fc from 'fast-check';
import type { SessionCommand } from '../session/command.ts';
import { agentSession, ann, bob, c, chunk, prompt, request, sessionId } from './samples.ts';

/** A command, or the answer of a prompt leaving the daemon. */
export type Step = SessionCommand | { readonly kind: 'release'; readonly promptId: PromptId };

interface Chance {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Step>;
}

/** What a prompt is to the session at that time. */
export type PromptRole = 'running' | 'waiting' | 'sent' | 'held';

const number = fc.integer({ min: 1, max: 6 });
/** Of a binding, an opening or a generation: 0 is the current one, 1 the one before. A life turns it into a number. */
const age = fc.constantFrom(0, 0, 0, 1);
const anyName = number.map((place) => `p${place}`);
/** Mostly the prompt that is in a role by then, else one by its name. */
const promptOf = (...roles: PromptRole[]) => fc.oneof(...roles.map((role) => fc.constant(role)), anyName);
const somePrompt = promptOf('running', 'waiting');
const promptId = somePrompt.map(prompt);
/** The newest one that is open, or one by its name. */
const requestId = fc
  .oneof(
    { weight: 3, arbitrary: fc.constant('open') },
    number.map((place) => `r${place}`),
  )
  .map(request);
const someone = fc.constantFrom(ann, bob);
const clientId = fc.constantFrom(ann, bob, undefined);
const deadlineMs = fc.constantFrom(null, 500);
const settings = fc.constantFrom(
  { modelId: 'deep' },
  { modeId: 'code' },
  { modelId: 'fast', modeId: undefined },
);
const compactCommand = {
  sessionUpdate: 'available_commands_update',
  availableCommands: [{ name: 'compact' }],
};
const update = fc.oneof(
  fc.string({ maxLength: 4 }).map(chunk),
  fc.constantFrom({ sessionUpdate: 'usage_update', used: 7 }, compactCommand),
);
/** What people write; now and then it archives, which closes. */
const change = fc.constantFrom(
  { alias: 'a' },
  { alias: null, labels: ['x'] },
  { displayName: 'n' },
  { isProtected: true },
  { isProtected: false },
  { isArchived: true },
);
const wanted = fc.constantFrom({}, { modelId: 'deep' }, { modelId: null, config: { web: true } });
const onBusy = fc.constantFrom('queue', 'queue', 'interrupt', 'inject', 'inject', 'reject');
const outcome = fc.constantFrom('taken', 'taken', 'refused', 'unknown');
const vote = fc.constantFrom(
  { outcome: 'selected' as const, optionId: 'yes' },
  { outcome: 'selected' as const, optionId: 'never offered' },
  { outcome: 'cancelled' as const },
);

const one = (arbitrary: fc.Arbitrary<Step>): Chance => ({ weight: 1, arbitrary });
const often = (weight: number, arbitrary: fc.Arbitrary<Step>): Chance => ({ weight, arbitrary });
/** A command with fields drawn one by one. */
const drawn = <Kind extends SessionCommand['kind']>(
  kind: Kind,
  fields: Drawable<Extract<SessionCommand, { kind: Kind }>>,
): fc.Arbitrary<Step> =>
  // Each field was drawn as the command has it.
  fc.record<object>(fields).map((given) => ({ kind, ...given }) as Step);

type Drawable<Command> = {
  readonly [Name in Exclude<keyof Command, 'kind'>]-?: fc.Arbitrary<Command[Name]>;
};

/** How often each kind of command comes: one that is added to a session has to be added here. */
const chances: Readonly<Record<Exclude<Step['kind'], 'create'>, Chance>> = {
  release: often(
    24,
    promptOf('held', 'held').map((name): Step => ({ kind: 'release', promptId: prompt(name) })),
  ),
  prompt: often(
    16,
    fc
      .tuple(deadlineMs, onBusy, clientId)
      .map(([ms, mode, by]) => c.prompt('new', { deadlineMs: ms, onBusy: mode, clientId: by ?? null })),
  ),
  advance: often(20, fc.constant(c.advance)),
  answered: often(
    14,
    fc
      .tuple(
        promptOf('running', 'running'),
        fc.constantFrom('end_turn', 'end_turn', 'cancelled', 'max_tokens'),
        age,
      )
      .map(([name, reason, of]) => c.answered(name, reason, of)),
  ),
  failed: often(
    4,
    fc.tuple(somePrompt, age).map(([name, of]) => c.failed(name, {}, of)),
  ),
  injection_answered: often(
    10,
    fc
      .tuple(promptOf('sent', 'sent'), outcome, age)
      .map(([name, answer, of]) => c.injection(name, answer, of)),
  ),
  remove: one(drawn('remove', { promptId, clientId })),
  abort: often(
    4,
    fc
      .tuple(fc.option(promptOf('running', 'waiting', 'sent'), { nil: undefined }), fc.boolean(), clientId)
      .map(([name, clearsQueue, by]) => c.abort(name, { clearsQueue, clientId: by })),
  ),
  deadline: often(3, drawn('deadline', { promptId })),
  grace_over: often(4, drawn('grace_over', { promptId })),
  updates: often(
    6,
    drawn('updates', { binding: age, updates: fc.array(update, { minLength: 1, maxLength: 2 }) }),
  ),
  ask: often(
    10,
    age.map((of) => c.ask('new', { binding: of })),
  ),
  vote: often(6, drawn('vote', { requestId, outcome: vote, clientId, isLocal: fc.constant(true) })),
  forbidden_vote: one(
    drawn('forbidden_vote', { requestId, reason: fc.constant('designated_mismatch'), clientId }),
  ),
  late_vote: one(drawn('late_vote', { requestId, outcome: fc.constant({ outcome: 'cancelled' }), clientId })),
  dismiss: often(4, drawn('dismiss', { requestId, reason: fc.constant('withdrawn') })),
  agent_gone: one(age.map((of) => c.gone(of))),
  bound: often(
    18,
    fc
      .tuple(fc.constantFrom('native', 'reseeded', 'fresh'), age)
      .map(([context, opening]) => c.bound({ context, opening, agentSessionId: agentSession('again') })),
  ),
  not_bound: one(
    fc.tuple(age, fc.boolean()).map(
      ([opening, isQuarantined]): Step => ({
        kind: 'not_bound',
        opening,
        failure: { code: 'agent_exited', message: 'gone', isQuarantined },
      }),
    ),
  ),
  reopen: often(5, drawn('reopen', { intent: fc.constantFrom('load', 'resume') })),
  register: one(drawn('register', { clientId: someone })),
  detach: one(drawn('detach', { clientId: someone })),
  lapse: one(drawn('lapse', { clientIds: fc.subarray([ann, bob]) })),
  rename: one(drawn('rename', { displayName: fc.constantFrom('x', 'y', null), clientId })),
  edit: one(
    drawn('edit', { change, wanted, isFollowed: fc.boolean(), ifMatch: fc.constant(undefined), clientId }),
  ),
  put_extension: one(
    fc
      .constantFrom('a', 'b')
      .map((namespace): Step => ({ kind: 'put_extension', namespace, content: { v: 1 }, sizeBytes: 7 })),
  ),
  remove_extension: one(
    fc.constantFrom('a', 'b').map((namespace): Step => ({ kind: 'remove_extension', namespace })),
  ),
  want: one(settings.map((chosen): Step => ({ kind: 'want', ...chosen }))),
  configured: one(settings.map((chosen): Step => ({ kind: 'configured', ...chosen }))),
  option_set: one(
    drawn('option_set', {
      configId: fc.constant('web'),
      value: fc.boolean(),
      configOptions: fc.constantFrom(undefined, [{ id: 'web', type: 'boolean', currentValue: true }]),
      clientId,
    }),
  ),
  model_refused: one(
    drawn('model_refused', { modelId: fc.constant('deep'), error: fc.constant('no'), clientId }),
  ),
  reset: one(
    fc
      .tuple(fc.constantFrom('keep', 'drop'), fc.constantFrom(undefined, 1, 2), clientId)
      .map(([queue, expectedGeneration, by]) => c.reset({ queue, expectedGeneration, clientId: by })),
  ),
  checkpoint: one(number.map((place) => c.checkpoint(`cp-${place}`))),
  restore_checkpoint: often(
    4,
    fc
      .tuple(fc.oneof(anyName, number.map(String), fc.constant('reset')), clientId)
      .map(([name, by]) => c.restoreCheckpoint(`cp-${name}`, { clientId: by })),
  ),
  trim: one(drawn('trim', { generation: age, upToEventId: fc.nat(3), clientId })),
  compact: often(
    4,
    fc
      .tuple(fc.constantFrom('queue', 'interrupt'), fc.constantFrom('handoff', 'command'))
      .map(([mode, strategy]) => c.compact('new', { onBusy: mode, strategy, deadlineMs: 500 })),
  ),
  branched: one(
    fc.constant({ kind: 'branched', sourceSessionId: sessionId, newSessionId: sessionId, displayName: 'b' }),
  ),
  orphan: one(fc.constant({ kind: 'orphan' })),
  interrupt: one(fc.constant(c.interrupt)),
  recover: one(fc.constant(c.recover)),
  rewound: one(fc.constant({ kind: 'rewound' })),
  purge: one(drawn('purge', { clientId })),
  close: one(drawn('close', { reason: fc.constantFrom('client_close', 'idle_timeout'), clientId })),
};

// Much happens only while a turn runs, and chance alone seldom gets one to run.
const released = (name: string): Step => ({ kind: 'release', promptId: prompt(name) });
const running: readonly Step[] = [c.prompt('p1'), released('p1')];
const joining: readonly Step[] = [...running, c.inject('p2'), released('p2')];
const joined: readonly Step[] = [...joining, c.injection('p2', 'taken', 0)];
const compacting: readonly Step[] = [c.compact('p1'), released('p1'), c.says('sum', 0)];

/** Steps of a session's life in any order. */
export const steps = fc
  .tuple(
    fc.constantFrom([], running, joining, joined, compacting),
    fc.array(fc.oneof(...Object.values(chances)), { minLength: 5, maxLength: 45, size: 'max' }),
  )
  .map(([first, rest]) => [...first, ...rest]);
