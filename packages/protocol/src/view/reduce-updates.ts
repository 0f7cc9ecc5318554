import type { AvailableCommand } from '../model/agent-state.ts';
import type { ContentBlock } from '../model/content.ts';
import { type Fields, isFields, isText, isTextOrNull, isTyped, optionalText, textOr } from './guards.ts';
import { startTurn } from './reduce-turns.ts';
import type { SessionView, ViewReducer } from './state.ts';
import { upsertTool } from './tool-item.ts';
import { addItem, changeItem, itemIn, latestPlace, type MessageItem, sizeOf } from './transcript.ts';

/** Applies what the agent reported (and the person's own words). Source: ACP SessionUpdate. */
export const reduceSessionUpdate: ViewReducer = (view, { update }, event) => {
  if (!isFields(update) || !isText(update['sessionUpdate'])) return 'malformed';
  const reduce = Object.hasOwn(updateReducers, update['sessionUpdate'])
    ? updateReducers[update['sessionUpdate']]
    : undefined;
  return reduce === undefined ? 'unknown' : reduce(view, update, event);
};

const updateReducers: Readonly<Record<string, ViewReducer>> = {
  user_message_chunk: (view, update, event) => {
    const next = chunk('user')(view, update, event);
    // One that joined the running turn starts none.
    return typeof next === 'string' || event.promptId === undefined || next.turn !== undefined
      ? next
      : startTurn(next, event.promptId, event);
  },
  agent_message_chunk: chunk('agent'),
  agent_thought_chunk: chunk('thought'),
  tool_call: (view, update, event) =>
    isText(update['toolCallId']) ? upsertTool(view, update['toolCallId'], update, event) : 'malformed',
  tool_call_update: (view, update, event) =>
    isText(update['toolCallId']) ? upsertTool(view, update['toolCallId'], update, event) : 'malformed',
  plan: (view, { entries }) => {
    if (!Array.isArray(entries) || !entries.every(isFields)) return 'malformed';
    const plan = entries.slice(0, view.limits.maxItems).map((entry: Fields) => ({
      content: textOr(entry['content'], ''),
      status: textOr(entry['status'], 'pending'),
      priority: textOr(entry['priority'], 'medium'),
    }));
    return { ...view, plan };
  },
  available_commands_update: (view, { availableCommands }) =>
    Array.isArray(availableCommands) && availableCommands.every(isCommand)
      ? { ...view, commands: availableCommands }
      : 'malformed',
  current_mode_update: (view, { currentModeId }) =>
    isText(currentModeId) ? { ...view, modeId: currentModeId } : 'malformed',
  config_option_update: (view, { configOptions }) =>
    Array.isArray(configOptions) ? { ...view, configOptions } : 'malformed',
  session_info_update: (view, { title }) => {
    if (title === undefined) return view;
    return isTextOrNull(title) ? { ...view, agentTitle: title ?? undefined } : 'malformed';
  },
  usage_update: (view, { sessionUpdate: _, ...usage }) => ({ ...view, usage }),
};

/* @__NO_SIDE_EFFECTS__ */
function chunk(kind: MessageItem['kind']): ViewReducer {
  return (view, update, { promptId }) => {
    const block = update['content'];
    if (!isTyped(block)) return 'malformed';
    const messageId = optionalText(update['messageId']);
    const place = latestPlace(view.transcript);
    const open = itemIn(view.transcript, place);
    const belongs =
      open?.kind === kind &&
      open.promptId === promptId &&
      (open.messageId ?? messageId) === (messageId ?? open.messageId);
    if (!belongs) return newMessage(view, { kind, promptId, messageId }, block);
    const grown = extend(open, block, view.limits.maxItemChars);
    return { ...view, transcript: changeItem(view.transcript, place, grown, view.limits) };
  };
}

function newMessage(
  view: SessionView,
  head: Pick<MessageItem, 'kind' | 'promptId' | 'messageId'>,
  block: ContentBlock,
): SessionView {
  const empty: MessageItem = { ...head, content: [], isTruncated: false, chars: 0 };
  const item = extend(empty, block, view.limits.maxItemChars);
  return { ...view, transcript: addItem(view.transcript, item, view.limits) };
}

/** Adds a chunk; text of the agent joins the text before it, a person's blocks stay as they were sent. */
function extend(item: MessageItem, block: ContentBlock, maxItemChars: number): MessageItem {
  if (item.isTruncated) return item;
  const room = maxItemChars - item.chars;
  if (!isPlainText(block)) {
    const size = sizeOf(block, maxItemChars);
    if (size > room) return { ...item, isTruncated: true };
    return { ...item, content: [...item.content, block], chars: item.chars + size };
  }
  const text = block.text.length > room ? block.text.slice(0, Math.max(0, room)) : block.text;
  const isTruncated = text.length < block.text.length;
  const last = item.content.at(-1);
  const content =
    item.kind !== 'user' && last !== undefined && isPlainText(last)
      ? item.content.with(-1, { ...last, text: last.text + text })
      : [...item.content, text === block.text ? block : { ...block, text }];
  return { ...item, content, isTruncated, chars: item.chars + text.length };
}

const isPlainText = (block: ContentBlock): block is ContentBlock & { readonly text: string } =>
  block.type === 'text' && isText(block['text']);

const isCommand = (value: unknown): value is AvailableCommand => isFields(value) && isText(value['name']);
