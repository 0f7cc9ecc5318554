import assert from 'node:assert/strict';
import { type Envelope, type EventOf, HoldfastError, isEvent } from '@holdfast/sdk';
import { type Asked, type Conversation, expectStop } from './conversation.ts';
import type { ModelServer } from './model-server.ts';
import { newWord, watching, withOwnSession } from './own-session.ts';
import type { Check, Passed, Step } from './step.ts';

/** What people do to what the agent remembers, each in a session of its own. */
export const contextSteps: readonly Step[] = [
  { name: 'compact by handoff', run: (check) => withOwnSession(check, compactByHandoff) },
  {
    name: 'handoff with a model that fails',
    run: (check) =>
      withOwnSession(check, (conversation, secret) => handOffFailing(check, conversation, secret)),
  },
  { name: "compact by the agent's command", run: (check) => withOwnSession(check, compactByCommand) },
  { name: 'the same with nothing to compact', run: (check) => withOwnSession(check, compactNothing) },
  {
    name: 'the same with a model that fails',
    run: (check) =>
      withOwnSession(check, (conversation, secret) => compactFailing(check, conversation, secret)),
  },
  { name: 'reset', run: (check) => withOwnSession(check, reset) },
  { name: 'checkpoint, restored', run: (check) => withOwnSession(check, restoreCheckpoint) },
  {
    name: 'checkpoint, branched',
    run: (check) => withOwnSession(check, (source, secret) => branchCheckpoint(check, source, secret)),
  },
  { name: 'trim, then told anew', run: (check) => withOwnSession(check, trim) },
];

async function compactByHandoff(conversation: Conversation, secret: string): Promise<Passed> {
  const kept = newWord('cobalt');
  const asked = await conversation.compact('handoff', { text: `The password is ${kept}.` });
  expectStop(await conversation.end(asked), 'end_turn');
  const { data } = outcomeOf(conversation, asked);
  assert.equal('context' in data ? data.context : data.error, 'reseeded');
  const restored = await conversation.log.next('session_restored', asked.lastEventId);
  const { action, context, generation } = restored.data;
  assert.deepEqual([action, context, generation], ['compact', 'reseeded', 2]);
  const after = await conversation.expectAnswer('What is the password?', { text: 'It is that one.' });
  expectSent(conversation, after, { has: [kept], lacks: [secret] });
  return { context, note: 'the model was sent the summary and not what it sums up' };
}

/** What the agent says of the failure is no summary. */
async function handOffFailing({ model }: Check, conversation: Conversation, secret: string): Promise<Passed> {
  const { asked, end } = await duringOutage(model, async () => {
    const handoff = await conversation.compact('handoff', { text: 'Not said.' });
    return { asked: handoff, end: await conversation.end(handoff) };
  });
  const { data } = outcomeOf(conversation, asked);
  assert.ok('error' in data, `it is told as done, with “${conversation.said(asked)}” for a summary`);
  const after = await conversation.expectAnswer('What is the password?', { text: 'It is that one.' });
  expectSent(conversation, after, { has: [secret], lacks: [] });
  return { context: 'unchanged', note: `${end.type}; compaction_failed: ${data.error}` };
}

async function compactByCommand(conversation: Conversation): Promise<Passed> {
  // Something to compact: agents leave a short conversation as it is.
  for (const bird of ['herons', 'magpies', 'owls'])
    await conversation.expectAnswer(`Tell me about ${bird}.`, { length: 4_000, chunk: 400 });
  const before = await conversation.expectAnswer('And swans?', { text: 'Swans too.' });
  const passed = await runCommand(conversation);
  if (passed.context === 'unsupported') return passed;
  assert.equal(passed.context, 'native', passed.note);
  const after = await conversation.expectAnswer('And now?', { text: 'Here.' });
  const sizes = [before, after].map((asked) => conversation.sent(asked).body.length);
  assert.ok(
    Number(sizes[1]) < Number(sizes[0]),
    `the model is sent no less: ${sizes.join(' → ')} characters`,
  );
  return { ...passed, note: `${passed.note}; characters sent ${sizes.join(' → ')}` };
}

/** After a single turn. Whatever becomes of it is told as it is, and the session goes on. */
async function compactNothing(conversation: Conversation, secret: string): Promise<Passed> {
  const passed = await runCommand(conversation);
  const asked = await conversation.expectAnswer('What did I tell you?', { text: 'A password.' });
  if (passed.context !== 'native') expectSent(conversation, asked, { has: [secret], lacks: [] });
  return passed;
}

/** It is told as failed, and the agent knows what it knew. */
async function compactFailing({ model }: Check, conversation: Conversation, secret: string): Promise<Passed> {
  await conversation.expectAnswer('Tell me about herons.', { length: 4_000, chunk: 400 });
  const passed = await duringOutage(model, () => runCommand(conversation));
  if (passed.context === 'unsupported') return passed;
  assert.equal(passed.context, 'unchanged', `it is told as done: ${passed.note}`);
  const asked = await conversation.expectAnswer('What did I tell you?', { text: 'A password.' });
  expectSent(conversation, asked, { has: [secret], lacks: [] });
  return passed;
}

async function runCommand(conversation: Conversation): Promise<Passed> {
  let asked: Asked;
  try {
    asked = await conversation.compact('command');
  } catch (error) {
    // The agent offers nothing for it, and the daemon says so.
    assert.ok(error instanceof HoldfastError && error.code === 'capability_missing', String(error));
    return { context: 'unsupported', note: error.message };
  }
  const end = await conversation.end(asked);
  const { data } = outcomeOf(conversation, asked);
  if ('error' in data) return { context: 'unchanged', note: `compaction_failed: ${data.error}` };
  expectStop(end, 'end_turn');
  const { context, tokensBefore = '?', tokensAfter = '?' } = data;
  return { context, note: `tokens ${tokensBefore} → ${tokensAfter}` };
}

async function reset(conversation: Conversation, secret: string): Promise<Passed> {
  const { session, log } = conversation;
  const after = log.lastEventId;
  const { generation, context } = await session.reset({ expectedGeneration: 1 });
  assert.deepEqual([generation, context], [2, 'fresh']);
  const restored = await log.next('session_restored', after);
  assert.equal(restored.data.context, 'fresh');
  const asked = await conversation.expectAnswer('What did I tell you?', { text: 'Nothing.' });
  expectSent(conversation, asked, { has: [], lacks: [secret] });
  assert.ok(JSON.stringify(await session.transcript()).includes(secret), 'the history is gone');
  return { context, note: 'the model was sent nothing of the conversation before, which stays readable' };
}

async function restoreCheckpoint(conversation: Conversation, secret: string): Promise<Passed> {
  const { checkpointId, later } = await goOnFromCheckpoint(conversation);
  const { session, log } = conversation;
  const after = log.lastEventId;
  const { generation, context } = await session.checkpoints.restore(checkpointId);
  assert.deepEqual([generation, context], [2, 'reseeded']);
  const asked = await conversation.expectAnswer('What did I tell you?', { text: 'A password.' });
  const restored = await log.next('session_restored', after);
  assert.deepEqual([restored.data.action, restored.data.context], ['restore', context]);
  expectSent(conversation, asked, { has: [secret], lacks: [later] });
  return { context, note: 'the model was sent the conversation up to the checkpoint and no more' };
}

async function branchCheckpoint({ model }: Check, source: Conversation, secret: string): Promise<Passed> {
  const { checkpointId, later } = await goOnFromCheckpoint(source);
  const session = await source.session.checkpoints.branch(checkpointId);
  return watching({ session, model }, async (branch) => {
    const inBranch = await branch.expectAnswer('What did I tell you?', { text: 'A password.' });
    const { context } = (await branch.log.next('session_restored')).data;
    expectSent(branch, inBranch, { has: [secret], lacks: [later] });
    const inSource = await source.expectAnswer('And here?', { text: 'Two of them.' });
    expectSent(source, inSource, { has: [secret, later], lacks: [inBranch.mark] });
    assert.notEqual(agentSessionOf(branch), agentSessionOf(source), 'they share an agent session');
    return { context, note: 'an agent session of its own, told the conversation up to the checkpoint' };
  });
}

async function trim(conversation: Conversation, secret: string): Promise<Passed> {
  const { later } = await goOnFromCheckpoint(conversation);
  const { session } = conversation;
  const trimmed = await session.trim({ keepTurns: 1 });
  assert.deepEqual([trimmed.context, trimmed.trimmedTurns, trimmed.keptTurns], ['unchanged', 1, 1]);
  const known = await conversation.expectAnswer('What did I tell you?', { text: 'Both.' });
  expectSent(conversation, known, { has: [secret, later], lacks: [] });
  // The conversation as it stands, told to a fresh agent session.
  const { checkpointId } = await session.checkpoints.create();
  await session.checkpoints.restore(checkpointId);
  const told = await conversation.expectAnswer('And now?', { text: 'One.' });
  expectSent(conversation, told, { has: [later], lacks: [secret] });
  return {
    context: 'unchanged',
    note: 'told anew, the model was sent the turns that were kept and no others',
  };
}

/** The model refuses whatever it is asked; 400, which no agent tries again. */
async function duringOutage<Result>(model: ModelServer, act: () => Promise<Result>): Promise<Result> {
  model.outage = 400;
  try {
    return await act();
  } finally {
    model.outage = undefined;
  }
}

/** Makes a checkpoint and says another word after it. */
async function goOnFromCheckpoint(conversation: Conversation) {
  const { checkpointId } = await conversation.session.checkpoints.create({ name: 'before the other word' });
  const later = newWord('indigo');
  await conversation.expectAnswer(`Remember the word ${later} too.`, { text: 'That too.' });
  return { checkpointId, later };
}

type Outcome = Envelope & EventOf<'compaction_completed' | 'compaction_failed'>;

/** It comes before the end of its turn, which was seen. */
function outcomeOf({ log }: Conversation, { promptId }: Asked): Outcome {
  const found = log.events.find((event): event is Outcome => event.promptId === promptId && isOutcome(event));
  assert.ok(found, 'the compaction has no outcome');
  return found;
}

const isOutcome = (event: Envelope): event is Outcome =>
  isEvent(event, 'compaction_completed') || isEvent(event, 'compaction_failed');

/** What the model was sent for a prompt. */
function expectSent(
  conversation: Conversation,
  asked: Asked,
  { has, lacks }: { readonly has: readonly string[]; readonly lacks: readonly string[] },
): void {
  const { body } = conversation.sent(asked);
  for (const word of has) assert.ok(body.includes(word), `the model was not sent ${word}`);
  for (const word of lacks) assert.ok(!body.includes(word), `the model was sent ${word}`);
}

function agentSessionOf({ log }: Conversation): string {
  const started = log.of('agent_started').at(-1)?.data.agentSessionId;
  const agentSessionId = started ?? log.of('session_created').at(-1)?.data.agentSessionId;
  assert.ok(agentSessionId, 'no agent session is named');
  return agentSessionId;
}
