import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventOf } from '@holdfast/sdk';
import { expectStop } from './conversation.ts';
import type { Check, Passed, Step } from './step.ts';

/** A turn that would take 20 s: long enough to be met in the middle. */
export const longAnswer = { length: 20_000, chunk: 20, delayMs: 20 };

/** What happens in turns. */
export const turnSteps: readonly Step[] = [
  { name: 'streamed prompt', run: streamedPrompt },
  { name: 'tool, permission granted', run: (check) => writeFile(check, 'allow_once') },
  { name: 'tool, permission refused', run: (check) => writeFile(check, 'reject_once') },
  { name: 'cancel in mid-stream', run: cancel },
  { name: 'cancel while it asks', run: cancelWhileAsking },
  { name: 'second prompt queued', run: queue },
];

async function streamedPrompt({ conversation, secret }: Check): Promise<Passed> {
  const asked = await conversation.expectAnswer(`Remember the password ${secret}.`, {
    length: 600,
    chunk: 20,
    delayMs: 15,
  });
  const pieces = conversation.pieces(asked).length;
  assert.ok(pieces >= 3, `the answer came in ${pieces} pieces`);
  return { note: `${pieces} pieces` };
}

async function writeFile(
  { conversation, daemon, profile }: Check,
  kind: 'allow_once' | 'reject_once',
): Promise<Passed> {
  const path = join(daemon.workspace, `${kind}.txt`);
  const text = 'That was the file.';
  const asked = await conversation.ask('Write the file.', {
    ...profile.write(path, 'written by the check'),
    text,
  });
  const request = await conversation.question(asked);
  assert.ok(!existsSync(path), 'the tool ran before it was allowed');
  await conversation.session.vote(request.requestId, {
    outcome: 'selected',
    optionId: optionOf(request, kind),
  });
  expectStop(await conversation.end(asked), 'end_turn');
  const { data: resolved } = await conversation.log.next('permission_resolved', asked.lastEventId);
  assert.equal(resolved.outcome.outcome, 'selected');
  if (kind === 'allow_once') assert.equal(readFileSync(path, 'utf8'), 'written by the check');
  else assert.ok(!existsSync(path), 'the refused tool ran');
  const isSilent = kind === 'reject_once' && profile.isSilentAfterRefusal;
  assert.equal(conversation.said(asked), isSilent ? '' : text);
  return {
    note: kind === 'allow_once' ? 'it ran' : `it did not run${isSilent ? '; the turn ends there' : ''}`,
  };
}

async function cancel({ conversation }: Check): Promise<Passed> {
  const asked = await conversation.ask('Tell me a long story.', longAnswer);
  await conversation.untilSaid(asked, 200);
  const startedAt = performance.now();
  await conversation.session.cancel();
  expectStop(await conversation.end(asked), 'cancelled');
  const ms = Math.round(performance.now() - startedAt);
  assert.ok(ms < 5_000, `the cancel took ${ms} ms`);
  await conversation.expectAnswer('Still here?', { text: 'Still here.' });
  assert.equal(conversation.sent(asked).state, 'left', 'the agent went on reading from the model');
  return { ms, note: 'time from the cancel to its terminal' };
}

async function cancelWhileAsking({ conversation, daemon, profile }: Check): Promise<Passed> {
  const path = join(daemon.workspace, 'never.txt');
  const asked = await conversation.ask('Write another file.', {
    ...profile.write(path, 'never'),
    text: 'Not said.',
  });
  await conversation.question(asked);
  const startedAt = performance.now();
  await conversation.session.cancel();
  expectStop(await conversation.end(asked), 'cancelled');
  const ms = Math.round(performance.now() - startedAt);
  assert.ok(ms < 5_000, `the cancel took ${ms} ms`);
  const { data: resolved } = await conversation.log.next('permission_resolved', asked.lastEventId);
  assert.equal(resolved.outcome.outcome, 'cancelled');
  assert.ok(!existsSync(path), 'the tool ran');
  await conversation.expectAnswer('And now?', { text: 'Here again.' });
  return { ms };
}

async function queue({ conversation }: Check): Promise<Passed> {
  const { log } = conversation;
  const first = await conversation.ask('The first.', { length: 400, chunk: 20, delayMs: 60 });
  await conversation.untilSaid(first, 40);
  const second = await conversation.ask('The second.', { text: 'This is the second.' });
  assert.equal(second.state, 'queued');
  const ends = [await conversation.end(first), await conversation.end(second)] as const;
  for (const end of ends) expectStop(end, 'end_turn');
  assert.equal(conversation.said(first), first.expected);
  assert.equal(conversation.said(second), second.expected);
  const started = await log.next('pending_prompt_started', second.lastEventId);
  assert.equal(started.data.promptId, second.promptId);
  assert.ok(Number(ends[0].id) < Number(started.id), 'the second started before the first had ended');
  const firstEndedAtMs = conversation.sent(first).endedAtMs ?? Number.POSITIVE_INFINITY;
  assert.ok(conversation.sent(second).atMs >= firstEndedAtMs, 'the agent worked on both at once');
  return { note: 'in order, never two at once' };
}

function optionOf({ options }: EventOf<'permission_request'>['data'], wanted: string): string {
  const option = options.find(({ kind }) => kind === wanted);
  assert.ok(option, `no option of kind ${wanted}: ${JSON.stringify(options)}`);
  return option.optionId;
}
