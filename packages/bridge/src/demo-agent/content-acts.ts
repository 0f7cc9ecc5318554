import { join } from 'node:path';
import { RPC_CODE, RpcError, type SessionUpdate } from './acp.ts';
import { configOptions, MODES } from './catalog.ts';
import { tokensOf } from './demo-session.ts';
import { DIRECTIVES, type DirectiveArgs } from './directive-table.ts';
import { isObject } from './params.ts';
import type { Turn } from './turn.ts';

/** Directives that show something: text, plans, tools, and the agent's housekeeping. */
export const contentActs = {
  help: (turn: Turn) => {
    const rows = Object.entries(DIRECTIVES).map(([name, { args, about }]) => {
      const keys = args === 'text' ? ' TEXT' : Object.keys(args).map((key) => ` ${key}=`);
      return `/${name}${[keys].flat().join('')} – ${about}`;
    });
    turn.say(rows.join('\n'));
  },
  say: (turn: Turn, { text }: DirectiveArgs['say']) => turn.say(text),
  thought: (turn: Turn, { text }: DirectiveArgs['thought']) => turn.think(text),
  plan: (turn: Turn, { steps }: DirectiveArgs['plan']) => showPlan(turn, { steps, done: 0 }),
  usage: (turn: Turn, { used, size }: DirectiveArgs['usage']) =>
    turn.update({ sessionUpdate: 'usage_update', used, size }),
  title: (turn: Turn, { text }: DirectiveArgs['title']) => setTitle(turn, text),
  mode: (turn: Turn, { text: modeId }: DirectiveArgs['mode']) => {
    if (!MODES.some(({ id }) => id === modeId)) {
      throw new RpcError(
        RPC_CODE.invalidParams,
        `/mode ${modeId}: the modes are ${MODES.map(({ id }) => id)}`,
      );
    }
    turn.record({ type: 'mode', modeId });
    turn.send({ sessionUpdate: 'current_mode_update', currentModeId: modeId });
    turn.send({ sessionUpdate: 'config_option_update', configOptions: configOptions(turn.session) });
  },
  history: (turn: Turn, { chars }: DirectiveArgs['history']) => {
    const first = turn.prompt[0];
    const firstBlock = first?.type === 'text' ? first.text : JSON.stringify(first);
    turn.say(
      JSON.stringify({
        earlierUserMessages: Math.max(0, turn.session.userMessages - 1),
        promptBlocks: turn.prompt.length,
        firstBlock: firstBlock?.slice(0, chars),
      }),
    );
  },
  env: (turn: Turn) => turn.say(JSON.stringify(Object.keys(turn.host.env).sort())),
  update: (turn: Turn, { text }: DirectiveArgs['update']) => {
    const update = parseObject(text);
    if (!update) throw new RpcError(RPC_CODE.invalidParams, `/update needs a JSON object; got ${text}`);
    // Whoever writes the prompt answers for the shape: sending odd updates is what this is for.
    turn.update(update as SessionUpdate);
  },
  compact: (turn: Turn, { text }: DirectiveArgs['compact']) => {
    const { userMessages } = turn.session;
    showUsage(turn);
    turn.record({ type: 'compacted' });
    turn.say(`Compacted ${userMessages - 1} earlier messages${text === '' ? '' : `, keeping: ${text}`}.`);
    showUsage(turn);
  },
  tool: async (turn: Turn, { title, kind, ms, status }: DirectiveArgs['tool']) => {
    const toolCallId = turn.callTool({ title, kind, status: 'pending', rawInput: { demo: true } });
    turn.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' });
    if (ms > 0) await turn.pause(ms);
    const text = `${title}: ${status}`;
    turn.update({
      sessionUpdate: 'tool_call_update',
      toolCallId,
      status: turn.stopping.aborted ? 'failed' : status,
      content: [{ type: 'content', content: { type: 'text', text } }],
      rawOutput: { text },
    });
  },
  diff: (turn: Turn, { path, bytes }: DirectiveArgs['diff']) => {
    const file = join(turn.session.cwd, path);
    const newText = `${'export const demo = true;\n'.repeat(Math.ceil(bytes / 26)).slice(0, bytes)}`;
    turn.callTool({
      title: `Edit ${path}`,
      kind: 'edit',
      status: 'completed',
      content: [{ type: 'diff', path: file, oldText: newText.slice(0, bytes / 2), newText }],
      locations: [{ path: file, line: 1 }],
    });
  },
};

/** Shows a plan of so many steps, of which so many are done. */
export function showPlan(turn: Turn, { steps, done }: { steps: number; done: number }): void {
  turn.update({
    sessionUpdate: 'plan',
    entries: Array.from({ length: steps }, (_, index) => ({
      content: `Step ${index + 1}`,
      priority: 'medium',
      status: index < done ? 'completed' : index === done ? 'in_progress' : 'pending',
    })),
  });
}

/** Shows how full the context is. */
export function showUsage(turn: Turn): void {
  turn.update({ sessionUpdate: 'usage_update', used: tokensOf(turn.session.chars), size: 200_000 });
}

/** Names the session. */
export function setTitle(turn: Turn, title: string): void {
  turn.record({ type: 'title', title });
  turn.send({ sessionUpdate: 'session_info_update', title, updatedAt: new Date().toISOString() });
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
