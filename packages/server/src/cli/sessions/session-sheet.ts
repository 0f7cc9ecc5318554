import type { Checkpoint, Generation, MessagePage, SessionDescription } from '@holdfast/protocol';
import { agoText, clockText } from '../age-text.ts';
import { counted } from '../counted.ts';
import { type Paint, plain } from '../paint.ts';
import { oneLine } from '../run/answer-view.ts';
import { sizeText } from '../size-text.ts';
import { cutEnd } from '../text-table.ts';
import { conversationText } from './conversation-text.ts';

/** What is known of a session. */
export interface SessionFacts {
  readonly session: SessionDescription;
  readonly messages: Pick<MessagePage, 'entries' | 'previousCursor'>;
  readonly checkpoints: readonly Checkpoint[];
  readonly generations: readonly Generation[];
}

export interface SheetOptions {
  readonly nowMs: number;
  readonly paint?: Paint;
  /** Whether messages are shown at their full length. */
  readonly isFull: boolean;
}

const nameWidth = 13;
/** The ways back that are shown; `--json` has all. */
const shownWaysBack = 5;

/** A session as `sessions show` tells it: what it is, what waits, its ways back, what was said last. */
export function sessionSheet(facts: SessionFacts, { nowMs, paint = plain, isFull }: SheetOptions): string {
  const { session, messages } = facts;
  const row = ([name, value]: readonly [string, string]) =>
    `${paint('dim', name.padEnd(nameWidth))}${value}\n`;
  const rows = [...identity(session, nowMs), ...history(facts, nowMs), ...people(session)];
  const title = `${paint('bold', oneLine(session.title ?? session.sessionId))}\n`;
  const talk = conversationText(messages, { paint, isFull });
  return [title, ...rows.map(row), waiting(session, paint), talk === '' ? '' : `\n${talk}`].join('');
}

type Row = readonly [string, string];
const optional = (name: string, value: string | undefined): readonly Row[] =>
  value === undefined || value === '' ? [] : [[name, value]];

function identity(session: SessionDescription, nowMs: number): readonly Row[] {
  const { sessionId, agent, workspaceCwd, config, lineage, createdAt, updatedAt } = session;
  const { forkedFrom, parentSessionId, children } = lineage;
  return [
    ['session', sessionId],
    ['state', stateText(session)],
    ['agent', [agent, config.modelId, config.modeId].filter((part) => part !== undefined).join(' · ')],
    ['directory', oneLine(workspaceCwd)],
    ['created', clockText(Date.parse(createdAt))],
    ['active', agoText(Date.parse(updatedAt), nowMs)],
    ...optional('usage', usageText(session)),
    ...optional('branch of', forkedFrom && `${forkedFrom.sessionId} at event ${forkedFrom.atEventId}`),
    ...optional('parent', parentSessionId),
    ...optional('children', children?.join(', ')),
  ];
}

function stateText({
  state,
  closedReason,
  strandedCause,
  isWaitingForPermission,
  ...row
}: SessionDescription): string {
  const reason = closedReason ?? strandedCause;
  const clients = row.clientCount === 0 ? '' : `, ${counted(row.clientCount, 'client')}`;
  const archived = row.archived ? ', archived' : '';
  const waits = isWaitingForPermission ? ', waits for a permission' : '';
  return `${state}${reason === undefined ? '' : ` (${reason})`}${waits}${clients}${archived}`;
}

function usageText({ usage }: SessionDescription): string | undefined {
  if (usage === undefined) return undefined;
  const { used, size, totalTokens } = usage;
  if (used !== undefined)
    return size === undefined ? `${used} tokens` : `${used} of ${size} tokens in context`;
  return totalTokens === undefined ? undefined : `${totalTokens} tokens`;
}

function history({ session, checkpoints, generations }: SessionFacts, nowMs: number): readonly Row[] {
  const last = generations.at(-1);
  const began =
    last === undefined || last.reason === 'first'
      ? ''
      : ` (${last.reason}, began ${clockText(last.startedAt)}; ${counted(generations.length - 1, 'earlier one')} kept)`;
  const shown = checkpoints.slice(-shownWaysBack).toReversed();
  return [
    ['generation', `${session.generation}${began}`],
    ...shown.map(
      (checkpoint, place): Row => [place === 0 ? 'checkpoints' : '', checkpointText(checkpoint, nowMs)],
    ),
    ...optional(
      '',
      checkpoints.length > shown.length ? `and ${checkpoints.length - shown.length} older` : undefined,
    ),
  ];
}

function checkpointText(
  { checkpointId, generation, eventId, name, reason, createdAt }: Checkpoint,
  nowMs: number,
): string {
  const why = name === undefined ? (reason === 'user' ? '' : `, before ${reason}`) : `, ${oneLine(name)}`;
  return `${checkpointId}  generation ${generation} up to event ${eventId}${why}, ${agoText(createdAt, nowMs)}`;
}

function people({
  alias,
  labels = [],
  notes,
  pinned,
  revision,
  extensions,
  ...row
}: SessionDescription): readonly Row[] {
  const flags = [pinned ? 'pinned' : '', row.protected ? 'protected' : ''].filter((flag) => flag !== '');
  const kept = extensions.map(({ namespace, sizeBytes }) => `${namespace} (${sizeText(sizeBytes)})`);
  return [
    ...optional('alias', alias),
    ...optional('labels', labels.map(oneLine).join(', ')),
    ...optional('flags', flags.join(', ')),
    ...optional('notes', notes && oneLine(notes)),
    ...optional('extensions', kept.join(', ')),
    ...optional('revision', revision === 0 ? undefined : `${revision}`),
  ];
}

/** What runs, what waits, and what the agent asks. */
function waiting({ pendingPrompts, pendingPermissions }: SessionDescription, paint: Paint): string {
  const prompts = pendingPrompts.map(
    ({ state, text, promptId }) =>
      `  ${paint(state === 'running' ? 'green' : 'dim', state.padEnd(8))} ${promptId}  ${cutEnd(oneLine(text), 80)}\n`,
  );
  const questions = pendingPermissions.map(({ toolCall }) => {
    const { title } = toolCall;
    return `  ${paint('yellow', 'asks'.padEnd(8))} ${oneLine(typeof title === 'string' ? title : 'for a permission')}\n`;
  });
  const all = [...prompts, ...questions];
  return all.length === 0 ? '' : `\n${paint('dim', 'prompts and questions')}\n${all.join('')}`;
}
