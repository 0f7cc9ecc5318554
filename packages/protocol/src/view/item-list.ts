/**
 * An immutable list in pages: appending or replacing an item copies one page and the list of pages, never the whole.
 * Old items fall off the front.
 */
export interface ItemList<T> {
  readonly pages: readonly (readonly T[])[];
  readonly length: number;
}

/** The place of an item. */
export interface ItemPlace {
  readonly page: number;
  readonly offset: number;
}

const PAGE_SIZE = 64;

export const emptyList: ItemList<never> = { pages: [], length: 0 };

export function appendItem<T>({ pages, length }: ItemList<T>, item: T): ItemList<T> {
  const last = pages.at(-1);
  if (last === undefined || last.length >= PAGE_SIZE)
    return { pages: [...pages, [item]], length: length + 1 };
  return { pages: pages.with(-1, [...last, item]), length: length + 1 };
}

export function replaceItem<T>(
  { pages, length }: ItemList<T>,
  { page, offset }: ItemPlace,
  item: T,
): ItemList<T> {
  const old = pages[page];
  if (old === undefined || offset >= old.length) return { pages, length };
  return { pages: pages.with(page, old.with(offset, item)), length };
}

export function dropFirst<T>({ pages, length }: ItemList<T>): ItemList<T> {
  const [first, ...others] = pages;
  if (first === undefined) return { pages, length };
  return { pages: first.length > 1 ? [first.slice(1), ...others] : others, length: length - 1 };
}

export const itemAt = <T>(list: ItemList<T>, { page, offset }: ItemPlace): T | undefined =>
  list.pages[page]?.[offset];
export const firstItem = <T>(list: ItemList<T>): T | undefined => list.pages[0]?.[0];

/** The place of the last item; of no item when the list is empty. */
export function lastPlace<T>({ pages }: ItemList<T>): ItemPlace {
  const page = pages.length - 1;
  return { page, offset: (pages[page]?.length ?? 0) - 1 };
}

/** Finds the latest item that fits; recent ones are looked at first. */
export function findLastPlace<T>({ pages }: ItemList<T>, fits: (item: T) => boolean): ItemPlace | undefined {
  for (let page = pages.length - 1; page >= 0; page--) {
    const offset = pages[page]?.findLastIndex(fits) ?? -1;
    if (offset >= 0) return { page, offset };
  }
  return undefined;
}

/** The items in order, as one fresh array. */
export const itemsOf = <T>({ pages }: ItemList<T>): T[] => pages.flat();
