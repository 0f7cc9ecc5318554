// Permission requests and votes.
import type { DaemonClient, DaemonSessionClient, PermissionResponse } from '@qwen-code/sdk/daemon';
import { items, member, text } from '../agents-check/json-reader.ts';
import { type Bench, check, clientOf, refusal, type Step, same, textPrompt, withSession } from './bench.ts';
import type { Watch } from './watch.ts';

interface Question {
  readonly requestId: string;
  optionOf(kind: string): string;
}

export const permissionSteps: readonly Step[] = [
  {
    name: 'grant by the route of the session',
    run: (bench) =>
      answering(bench, true, async (session, question) => {
        const vote = selected(question.optionOf('allow_once'));
        same((await session.status()).isWaitingForPermission, true, 'isWaitingForPermission');
        same(await session.respondToSessionPermission(question.requestId, vote), true, 'the vote');
        same(await session.respondToSessionPermission(question.requestId, vote), false, 'a second vote');
      }),
  },
  {
    name: 'grant by the route of the request alone',
    run: (bench) =>
      answering(bench, true, async (session, question) => {
        const vote = selected(question.optionOf('allow_once'));
        same(await session.respondToPermission(question.requestId, vote), true, 'the vote');
        same(await session.respondToPermission(question.requestId, vote), false, 'a second vote');
      }),
  },
  {
    name: 'refuse, by another client that is not registered',
    run: (bench) =>
      answering(bench, false, async (session, question) => {
        const vote = selected(question.optionOf('reject_once'));
        const other: DaemonClient = clientOf(bench);
        same(
          await other.respondToSessionPermission(session.sessionId, question.requestId, vote),
          true,
          'the vote',
        );
      }),
  },
  {
    name: 'an option nobody offered is refused and answers nothing',
    run: (bench) =>
      answering(bench, false, async (session, question) => {
        const wrong = session.respondToSessionPermission(question.requestId, selected('no-such-option'));
        const refused = await refusal(wrong);
        same([refused.status, refused.code], [400, 'invalid_option_id'], 'the refusal');
        const cancelled: PermissionResponse = { outcome: { outcome: 'cancelled' } };
        same(await session.respondToPermission(question.requestId, cancelled), true, 'the vote');
      }),
  },
  {
    name: 'cancel answers what is asked',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const turn = session.prompt(textPrompt(bench.script.permission(false, session.workspaceCwd).prompt));
        const { requestId } = await questionIn(watch);
        await session.cancel();
        same((await turn).stopReason, 'cancelled', 'the stop reason');
        const resolved = await watch.type('permission_resolved');
        same(member(resolved.data, 'requestId'), requestId, 'the request resolved');
        same(member(member(resolved.data, 'outcome'), 'outcome'), 'cancelled', 'the outcome');
        return undefined;
      }),
  },
];

/** Runs a turn that asks once, answers it, and confirms what the agent made of it. */
async function answering(
  bench: Bench,
  isGranted: boolean,
  vote: (session: DaemonSessionClient, question: Question) => Promise<void>,
): Promise<undefined> {
  await withSession(bench, async (session, watch) => {
    const task = bench.script.permission(isGranted, session.workspaceCwd);
    const turn = session.prompt(textPrompt(task.prompt));
    const question = await questionIn(watch);
    await vote(session, question);
    same((await turn).stopReason, 'end_turn', 'the stop reason');
    const resolved = await watch.type('permission_resolved');
    same(member(resolved.data, 'requestId'), question.requestId, 'the request resolved');
    task.confirm(watch.said());
  });
}

async function questionIn(watch: Watch): Promise<Question> {
  const { data } = await watch.type('permission_request');
  return {
    requestId: text(member(data, 'requestId')),
    optionOf(kind) {
      const option = items(member(data, 'options')).find((each) => member(each, 'kind') === kind);
      check(option !== undefined, `no option of kind ${kind} in ${JSON.stringify(data)}`);
      return text(member(option, 'optionId'));
    },
  };
}

const selected = (optionId: string): PermissionResponse => ({ outcome: { outcome: 'selected', optionId } });
