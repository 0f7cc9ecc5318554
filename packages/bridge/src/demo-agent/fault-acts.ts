import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { RPC_CODE, RpcError } from './acp.ts';
import type { DirectiveArgs } from './directive-table.ts';
import type { Turn } from './turn.ts';

/** Directives for what an agent should not do, and some do. */
export const faultActs = {
  'ignore-cancel': (turn: Turn, { ms }: DirectiveArgs['ignore-cancel']) => {
    turn.onCancel = ms === 0 ? 'ignore' : { afterMs: ms };
  },
  'never-answer': () => new Promise<void>(() => {}),
  stop: (turn: Turn, { reason }: DirectiveArgs['stop']) => {
    turn.stopReason = reason;
  },
  error: (_turn: Turn, { code, message }: DirectiveArgs['error']) => {
    throw new RpcError(code, message);
  },
  crash: (turn: Turn, { code, signal, after }: DirectiveArgs['crash']): Promise<never> => {
    const name = signalNamed(signal);
    for (let number = 1; number <= after; number += 1) turn.say(`${number} before the crash\n`);
    return turn.host.exit(name ? { signal: name } : { code });
  },
  noise: (turn: Turn, { text }: DirectiveArgs['noise']) => turn.host.writer.line(text),
  'half-line': (turn: Turn, { code }: DirectiveArgs['half-line']): Promise<never> => {
    turn.host.writer.raw(
      `{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"${turn.session.id}","upd`,
    );
    return turn.host.exit({ code });
  },
  'unknown-update': (turn: Turn, { kind }: DirectiveArgs['unknown-update']) =>
    turn.host.peer.notify('session/update', {
      sessionId: turn.session.id,
      update: { sessionUpdate: kind, demo: { nested: [1, 2, 3] } },
    }),
  'stray-update': (turn: Turn) =>
    turn.host.peer.notify('session/update', {
      sessionId: 'demo-stray',
      update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'stray' } },
    }),
  'unknown-request': async (turn: Turn, { method }: DirectiveArgs['unknown-request']) => {
    const outcome = await turn.host.peer.request(method, { sessionId: turn.session.id });
    const got =
      'error' in outcome ? `error ${outcome.error.code}` : `result ${JSON.stringify(outcome.result)}`;
    turn.say(`unknown-request ${method}: ${got}`);
  },
  grandchildren: (turn: Turn, args: DirectiveArgs['grandchildren']) => {
    const pids = Array.from({ length: args.count }, () => bearChild(args));
    turn.say(JSON.stringify({ pids }));
  },
};

/** They end by themselves after an hour, should nobody end them. */
function bearChild(args: DirectiveArgs['grandchildren']): number | undefined {
  const trap = args['ignore-term'] ? "trap '' TERM HUP INT; " : '';
  const child = spawn('/bin/sh', ['-c', `${trap}exec sleep 3600`], {
    detached: args.session === 'new',
    stdio: ['ignore', args.stdio, args.stdio],
  });
  child.unref();
  return child.pid;
}

function signalNamed(name: string): NodeJS.Signals | undefined {
  if (name === '') return undefined;
  // The table of signals has exactly the names of this type as keys.
  const signals = Object.keys(constants.signals) as NodeJS.Signals[];
  const signal = signals.find((known) => known === name);
  if (signal) return signal;
  throw new RpcError(RPC_CODE.invalidParams, `/crash signal=${name}: no such signal`);
}
