import { styleText } from 'node:util';
import type { Envelope } from '@holdfast/protocol';

/** A piece of output: the agent's answer (stdout), or what is said beside it (stderr). */
export interface Piece {
  readonly to: 'answer' | 'aside';
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is on the screen so far, as far as the next piece depends on it. */
interface Screen {
  /** What the last line belongs to while it is unfinished. */
  open: 'answer' | 'thought' | undefined;
  readonly tools: Map<string, { readonly title: string; readonly status: string }>;
  plan: string;
}

/** Turns events into what a person reads: text plainly, thoughts dim, a line when a tool starts and
 * one when it ends, the plan as a list. */
export function answerView(paint: (style: 'dim' | 'red' | 'yellow', text: string) => string = dimToStderr) {
  const screen: Screen = { open: undefined, tools: new Map(), plan: '' };
  return {
    /** The pieces one event adds; most housekeeping adds none. */
    take(event: Pick<Envelope, 'type' | 'data'>): readonly Piece[] {
      const data = fieldsOf(event.data);
      if (event.type === 'session_update') return takeUpdate(screen, fieldsOf(data['update']), paint);
      if (event.type === 'turn_complete' || event.type === 'turn_error') return endLine(screen);
      if (event.type === 'agent_exited') return line(screen, paint('yellow', 'the agent ended unexpectedly'));
      if (event.type === 'session_restored') return takeRestored(screen, data['context'], paint);
      if (event.type === 'prompt_cancelled') return line(screen, paint('dim', 'cancelling…'));
      return [];
    },
    /** Finishes an unfinished line, so that something else may be written. */
    endLine: () => endLine(screen),
  };
}

/** A person is told when the agent no longer remembers by itself. */
function takeRestored(screen: Screen, context: unknown, paint: Paint): readonly Piece[] {
  if (context === 'reseeded') return line(screen, paint('dim', 'the agent was told the history'));
  return context === 'fresh' ? line(screen, paint('yellow', 'the agent remembers nothing of before')) : [];
}

type Paint = (style: 'dim' | 'red' | 'yellow', text: string) => string;

const dimToStderr: Paint = (style, text) => styleText(style, text, { stream: process.stderr });

function takeUpdate(screen: Screen, update: Fields, paint: Paint): readonly Piece[] {
  switch (update['sessionUpdate']) {
    case 'agent_message_chunk':
      return flow(screen, 'answer', chunkText(update['content']), (text) => text);
    case 'agent_thought_chunk':
      return flow(screen, 'thought', chunkText(update['content']), (text) => paint('dim', text));
    case 'tool_call':
    case 'tool_call_update':
      return takeTool(screen, update, paint);
    case 'plan':
      return takePlan(screen, update['entries'], paint);
    default:
      // The user's own words, commands, modes, usage, and kinds of later agents: nothing to read along with an answer.
      return [];
  }
}

function flow(
  screen: Screen,
  kind: 'answer' | 'thought',
  text: string,
  style: (text: string) => string,
): readonly Piece[] {
  if (text === '') return [];
  const before = screen.open !== undefined && screen.open !== kind ? endLine(screen) : [];
  screen.open = text.endsWith('\n') ? undefined : kind;
  return [...before, { to: kind === 'answer' ? 'answer' : 'aside', text: style(text) }];
}

function takeTool(screen: Screen, update: Fields, paint: Paint): readonly Piece[] {
  const id = String(update['toolCallId'] ?? '');
  const known = screen.tools.get(id);
  const title = typeof update['title'] === 'string' ? oneLine(update['title']) : (known?.title ?? id);
  const status = typeof update['status'] === 'string' ? update['status'] : (known?.status ?? 'pending');
  screen.tools.set(id, { title, status });
  if (known === undefined && status !== 'completed' && status !== 'failed') return line(screen, `▸ ${title}`);
  if (known?.status === status) return [];
  if (status === 'failed') return line(screen, paint('red', `✗ ${title}`));
  return status === 'completed' ? line(screen, paint('dim', `✓ ${title}`)) : [];
}

const planMarks: Readonly<Record<string, string>> = { completed: '[x]', in_progress: '[~]' };

function takePlan(screen: Screen, entries: unknown, paint: Paint): readonly Piece[] {
  if (!Array.isArray(entries) || entries.length === 0) return [];
  const rows = entries.map(fieldsOf).map((entry) => {
    return `  ${planMarks[String(entry['status'])] ?? '[ ]'} ${oneLine(String(entry['content'] ?? ''))}`;
  });
  const plan = rows.join('\n');
  if (plan === screen.plan) return [];
  screen.plan = plan;
  return line(screen, paint('dim', `plan\n${plan}`));
}

function line(screen: Screen, text: string): readonly Piece[] {
  return [...endLine(screen), { to: 'aside', text: `${text}\n` }];
}

function endLine(screen: Screen): readonly Piece[] {
  if (screen.open === undefined) return [];
  const to = screen.open === 'answer' ? 'answer' : 'aside';
  screen.open = undefined;
  return [{ to, text: '\n' }];
}

function chunkText(content: unknown): string {
  const { type, text, uri, name } = fieldsOf(content);
  if (type === 'text' && typeof text === 'string') return printable(text);
  return typeof type === 'string'
    ? `[${type}${[name, uri]
        .filter((part) => typeof part === 'string')
        .map((part) => ` ${part}`)
        .join('')}]`
    : '';
}

/** Text as it may reach a terminal: an agent's bytes move no cursor and set no title. */
export const printable = (text: string) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

/** The same in one line. */
export const oneLine = (text: string) => printable(text.replace(/\s+/g, ' ')).trim();

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {};
