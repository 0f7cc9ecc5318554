import type { RequestPermissionRequest, ToolKind } from './acp.ts';
import { permissionOptions } from './catalog.ts';
import type { DirectiveArgs } from './directive-table.ts';
import { isObject } from './params.ts';
import type { Outcome } from './rpc-peer.ts';
import type { Turn } from './turn.ts';

/** How long a withdrawn question still waits for its answer. */
const WITHDRAWN_WAIT_MS = 2000;

/** Directives that ask the person. As ACP demands, a cancelled turn still waits for the client's answer. */
export const permissionActs = {
  permission: async (turn: Turn, args: DirectiveArgs['permission']) => {
    await Promise.all(Array.from({ length: args.count }, () => askOnce(turn, args)));
  },
  'withdraw-permission': async (turn: Turn, { ms }: DirectiveArgs['withdraw-permission']) => {
    const withdrawal = new AbortController();
    const toolCallId = turn.callTool({ title: 'Withdrawn question', kind: 'execute', status: 'pending' });
    const answer = turn.host.peer.request(
      'session/request_permission',
      question(turn, {
        toolCallId,
        title: 'Withdrawn question',
        kind: 'execute',
        options: 'allow_once,reject_once',
      }),
      withdrawal.signal,
    );
    await Promise.race([answer, turn.pause(ms)]);
    withdrawal.abort();
    const silence = new Promise<void>((resolve) => setTimeout(resolve, WITHDRAWN_WAIT_MS).unref());
    const outcome = await Promise.race([answer, silence]);
    turn.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'failed' });
    turn.say(`withdraw-permission ${toolCallId}: ${outcome ? describe(outcome) : 'no answer'}\n`);
  },
};

type Question = { toolCallId: string; title: string; kind: ToolKind; options: string };

async function askOnce(turn: Turn, { title, kind, options, announce }: DirectiveArgs['permission']) {
  const call = { title, kind, rawInput: { demo: true } };
  const toolCallId =
    announce === 'yes' ? turn.callTool({ ...call, status: 'pending' }) : turn.nextToolCallId();
  const outcome = await turn.host.peer.request(
    'session/request_permission',
    question(turn, { toolCallId, title, kind, options }),
  );
  const status = isAllowed(outcome, options) ? 'completed' : 'failed';
  if (announce === 'yes') turn.update({ sessionUpdate: 'tool_call_update', toolCallId, status });
  else turn.update({ sessionUpdate: 'tool_call', toolCallId, ...call, status });
  turn.say(`permission ${toolCallId}: ${describe(outcome)}\n`);
}

function question(turn: Turn, { toolCallId, title, kind, options }: Question): RequestPermissionRequest {
  return {
    sessionId: turn.session.id,
    toolCall: { toolCallId, title, kind, status: 'pending', rawInput: { demo: true } },
    options: permissionOptions(options),
  };
}

function selectedOption(outcome: Outcome): string | undefined {
  const result = 'result' in outcome ? outcome.result : undefined;
  const chosen = isObject(result) ? result['outcome'] : undefined;
  if (!isObject(chosen) || chosen['outcome'] !== 'selected') return undefined;
  return String(chosen['optionId']);
}

function isAllowed(outcome: Outcome, options: string): boolean {
  const optionId = selectedOption(outcome);
  const option = permissionOptions(options).find((offered) => offered.optionId === optionId);
  return option?.kind === 'allow_once' || option?.kind === 'allow_always';
}

function describe(outcome: Outcome): string {
  if ('error' in outcome) return `error ${outcome.error.code}`;
  const optionId = selectedOption(outcome);
  return optionId === undefined ? 'cancelled' : `selected ${optionId}`;
}
