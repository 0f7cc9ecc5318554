/** The longest title a session may have. */
const maxTitleChars = 256;
const suffix = / \((?:Branch|checkpoint)(?: \d+)?\)$/;

/** What a branch's title is made of: the given name, else the source's title, without an old suffix; never empty. */
export function branchStem(
  name: string | undefined,
  sourceTitle: string | undefined,
  sourceId: string,
): string {
  const stem = withoutSuffix(name ?? '') || withoutSuffix(sourceTitle ?? '');
  return stem === '' ? sourceId.slice(0, 8) : stem;
}

/** "X (Branch)", "X (Branch 2)", … each 256 characters at most: the first that is free is the branch's. */
export function* branchTitles(
  stem: string,
  word: 'Branch' | 'checkpoint' = 'Branch',
): Generator<string, never> {
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? ` (${word})` : ` (${word} ${number})`;
    yield `${stem.slice(0, maxTitleChars - ending.length)}${ending}`;
  }
}

const withoutSuffix = (title: string): string => {
  const trimmed = title.trim();
  if (/^\((?:Branch|checkpoint)(?: \d+)?\)$/.test(trimmed)) return '';
  return trimmed.replace(suffix, '').trim();
};
