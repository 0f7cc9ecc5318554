import { type ContentBlock, type PromptResponse, RPC_CODE, RpcError } from './acp.ts';
import { contentActs, setTitle, showPlan, showUsage } from './content-acts.ts';
import { type DemoSession, lastText, remember, tokensOf } from './demo-session.ts';
import type { Directive, DirectiveArgs, DirectiveName } from './directive-table.ts';
import { DirectiveError, parseScript, type Script } from './directives.ts';
import { faultActs } from './fault-acts.ts';
import { floodActs } from './flood-acts.ts';
import { permissionActs } from './permission-acts.ts';
import type { Reply } from './rpc-peer.ts';
import type { StoredEntry } from './session-store.ts';
import { type Host, Turn } from './turn.ts';

/** Works on one prompt from its acceptance to its answer. */
export async function runTurn(
  host: Host,
  session: DemoSession,
  prompt: readonly ContentBlock[],
): Promise<Reply> {
  const text = lastText(prompt);
  const script = readScript(text);
  const asked: StoredEntry = { type: 'user', prompt, at: Date.now() };
  host.store.append(session.id, [asked]);
  remember(session, asked);
  const turn = new Turn(host, session, prompt);
  session.cancelTurn = () => turn.cancel();
  session.hear = (heard) => turn.say(`You added: ${heard}\n`);
  try {
    if (script.kind === 'plain') answerPlainly(turn, text);
    else await obey(turn, script.directives);
  } finally {
    session.cancelTurn = undefined;
    session.hear = undefined;
    turn.finish();
  }
  return { result: answerOf(turn), afterwards: () => turn.afterwards.forEach((act) => void act()) };
}

type Acts = {
  readonly [Name in DirectiveName]: (turn: Turn, args: DirectiveArgs[Name]) => void | Promise<void>;
};

const ACTS: Acts = { ...contentActs, ...floodActs, ...permissionActs, ...faultActs };

function readScript(text: string): Script {
  try {
    return parseScript(text);
  } catch (error) {
    if (error instanceof DirectiveError) throw new RpcError(RPC_CODE.invalidParams, error.message);
    throw error;
  }
}

async function obey(turn: Turn, directives: readonly Directive[]): Promise<void> {
  for (const directive of directives) {
    if (turn.stopping.aborted || turn.stopReason) return;
    await act(turn, directive);
  }
}

function act<Name extends DirectiveName>(turn: Turn, { name, args }: Directive<Name>): void | Promise<void> {
  return ACTS[name](turn, args);
}

/** What a plain prompt gets: a bit of everything that agents send. */
function answerPlainly(turn: Turn, text: string): void {
  const { session } = turn;
  turn.think(`The user sent ${text.length} characters; I repeat them.`);
  showPlan(turn, { steps: 2, done: 0 });
  const others = turn.prompt.length - 1;
  const answer = [
    `You said: ${text.length > 2000 ? `${text.slice(0, 2000)}…` : text}`,
    others > 0 ? `\nWith ${others} more content blocks.` : '',
    '\nI am the scripted demo agent; /help lists what I can do.',
  ].join('');
  for (const chunk of answer.match(/[\s\S]{1,24}(?=\s|$)|[\s\S]{1,24}/gu) ?? []) turn.say(chunk);
  showPlan(turn, { steps: 2, done: 2 });
  showUsage(turn);
  if (session.title === undefined)
    setTitle(turn, text.replace(/\s+/g, ' ').trim().slice(0, 60) || 'Untitled');
}

function answerOf(turn: Turn): PromptResponse {
  const inputTokens = tokensOf(turn.startedAtChars);
  const outputTokens = tokensOf(Math.max(0, turn.session.chars - turn.startedAtChars));
  return {
    stopReason: turn.stopping.aborted ? 'cancelled' : (turn.stopReason ?? 'end_turn'),
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
  };
}
