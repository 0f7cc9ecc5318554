import type { ContentBlock } from '../model/content.ts';
import {
  appendItem,
  dropFirst,
  emptyList,
  findLastPlace,
  firstItem,
  type ItemList,
  type ItemPlace,
  itemAt,
  lastPlace,
  replaceItem,
} from './item-list.ts';

/** Something a person or the agent said, or the agent thought, merged from its chunks. */
export interface MessageItem {
  readonly kind: 'user' | 'agent' | 'thought';
  readonly promptId: string | undefined;
  readonly messageId: string | undefined;
  readonly content: readonly ContentBlock[];
  /** Whether the rest was left out for its size. */
  readonly isTruncated: boolean;
  /** Approximate size in characters. */
  readonly chars: number;
}

/** A tool call, as its latest update left it. */
export interface ToolItem {
  readonly kind: 'tool';
  readonly promptId: string | undefined;
  readonly toolCallId: string;
  readonly title: string;
  /** ACP's `pending`, `in_progress`, `completed`, `failed`, or a word of the agent. */
  readonly status: string;
  /** ACP's tool kind: `read`, `edit`, `execute`, … */
  readonly toolKind: string;
  readonly content: readonly unknown[];
  readonly locations: readonly unknown[];
  readonly rawInput: unknown;
  readonly rawOutput: unknown;
  readonly isTruncated: boolean;
  readonly chars: number;
}

export type TranscriptItem = MessageItem | ToolItem;

/** The latest part of the conversation, bounded. */
export interface Transcript {
  readonly items: ItemList<TranscriptItem>;
  readonly chars: number;
  /** Items that fell off the front. */
  readonly omittedItems: number;
}

export interface ViewLimits {
  /** Items kept (default 2000). */
  readonly maxItems: number;
  /** Approximate characters kept in all (default 16 777 216); the newest item stays, however large. */
  readonly maxChars: number;
  /** Approximate characters of one item (default 1 048 576); the rest of it is left out. */
  readonly maxItemChars: number;
}

export const emptyTranscript: Transcript = { items: emptyList, chars: 0, omittedItems: 0 };

export function addItem(transcript: Transcript, item: TranscriptItem, limits: ViewLimits): Transcript {
  return trim(
    { ...transcript, items: appendItem(transcript.items, item), chars: transcript.chars + item.chars },
    limits,
  );
}

export function changeItem(
  transcript: Transcript,
  place: ItemPlace,
  item: TranscriptItem,
  limits: ViewLimits,
): Transcript {
  const before = itemAt(transcript.items, place)?.chars ?? 0;
  const chars = transcript.chars - before + item.chars;
  return trim({ ...transcript, items: replaceItem(transcript.items, place, item), chars }, limits);
}

export const latestPlace = (transcript: Transcript): ItemPlace => lastPlace(transcript.items);
export const itemIn = (transcript: Transcript, place: ItemPlace): TranscriptItem | undefined =>
  itemAt(transcript.items, place);
export const findTool = (transcript: Transcript, toolCallId: string): ItemPlace | undefined =>
  findLastPlace(transcript.items, (item) => item.kind === 'tool' && item.toolCallId === toolCallId);

function trim(transcript: Transcript, { maxItems, maxChars }: ViewLimits): Transcript {
  let { items, chars, omittedItems } = transcript;
  while (items.length > 1 && (items.length > maxItems || chars > maxChars)) {
    chars -= firstItem(items)?.chars ?? 0;
    items = dropFirst(items);
    omittedItems += 1;
  }
  return omittedItems === transcript.omittedItems ? transcript : { items, chars, omittedItems };
}

/** Estimates the size of a JSON value in characters, looking no further than `atMost`. */
export function sizeOf(value: unknown, atMost: number): number {
  let chars = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && chars <= atMost) {
    const next = open.pop();
    chars += typeof next === 'string' ? next.length + 2 : 8;
    if (Array.isArray(next)) for (const each of next) open.push(each);
    else if (typeof next === 'object' && next !== null)
      for (const [name, each] of Object.entries(next)) {
        chars += name.length;
        open.push(each);
      }
  }
  return chars;
}
