import { type Fields, isText, textOr } from './guards.ts';
import type { EventContext, SessionView } from './state.ts';
import { addItem, changeItem, findTool, itemIn, sizeOf, type ToolItem } from './transcript.ts';

/** Merges what is said of a tool call into its item, making it when it is new: absent and null members keep what was. */
export function upsertTool(
  view: SessionView,
  toolCallId: string,
  said: Fields,
  event: EventContext,
): SessionView {
  const place = findTool(view.transcript, toolCallId);
  const before = place === undefined ? undefined : itemIn(view.transcript, place);
  const known = before?.kind === 'tool' ? before : newTool(toolCallId, event.promptId);
  const item = bounded(merge(known, said), view.limits.maxItemChars);
  const transcript =
    place === undefined
      ? addItem(view.transcript, item, view.limits)
      : changeItem(view.transcript, place, item, view.limits);
  return { ...view, transcript };
}

const newTool = (toolCallId: string, promptId: string | undefined): ToolItem => ({
  kind: 'tool',
  promptId,
  toolCallId,
  title: toolCallId,
  status: 'pending',
  toolKind: 'other',
  content: [],
  locations: [],
  rawInput: undefined,
  rawOutput: undefined,
  isTruncated: false,
  chars: 0,
});

const merge = (item: ToolItem, said: Fields): ToolItem => ({
  ...item,
  title: textOr(said['title'], item.title),
  status: textOr(said['status'], item.status),
  toolKind: isText(said['kind']) ? said['kind'] : item.toolKind,
  content: Array.isArray(said['content']) ? said['content'] : item.content,
  locations: Array.isArray(said['locations']) ? said['locations'] : item.locations,
  rawInput: said['rawInput'] ?? item.rawInput,
  rawOutput: said['rawOutput'] ?? item.rawOutput,
});

/** Leaves out the largest parts of an item that is over the limit. */
function bounded(item: ToolItem, maxItemChars: number): ToolItem {
  const sizes = (tool: ToolItem) =>
    sizeOf([tool.title, tool.content, tool.locations, tool.rawInput, tool.rawOutput], maxItemChars);
  const chars = sizes(item);
  if (chars <= maxItemChars) return { ...item, chars };
  const head: ToolItem = {
    ...item,
    title: item.title.slice(0, 200),
    rawInput: undefined,
    rawOutput: undefined,
    locations: [],
    isTruncated: true,
  };
  const withContent = sizes(head);
  return withContent <= maxItemChars
    ? { ...head, chars: withContent }
    : { ...head, content: [], chars: head.title.length };
}
