import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ListSessionsQuery } from '@holdfast/protocol';
import { instantMs } from '../option-values.ts';
import type { CommandArguments } from '../parse-arguments.ts';

type Words = Pick<CommandArguments, 'texts' | 'switches'>;

/** The filters and the order of `sessions list`, as the daemon takes them; `parent` is still as it was named. @throws invalid_option */
export function listQuery({ texts, switches }: Words, nowMs: number): ListSessionsQuery {
  const { query, state, active, agent, cwd, label, parent, sort, cursor, url } = texts;
  const since = (flag: 'created-after' | 'updated-after') => {
    const text = texts[flag];
    return text === undefined ? undefined : instantMs({ flag, text }, nowMs);
  };
  return {
    q: query,
    state: oneOf(['opening', 'idle', 'running', 'stranded', 'closing', 'closed'], state),
    active: active === undefined ? undefined : active === 'yes',
    agent,
    cwd: cwd === undefined ? undefined : directoryOf(cwd, url),
    label,
    parent,
    archived: switches['archived'],
    createdAfter: since('created-after'),
    updatedAfter: since('updated-after'),
    sort: oneOf(['activity', 'created', 'title'], sort),
    include: switches['preview'] ? 'preview' : undefined,
    cursor,
  };
}

/** The word as one of a closed set; the command line refused all others already. */
const oneOf = <Word extends string>(words: readonly Word[], text: string | undefined): Word | undefined =>
  words.find((word) => word === text);

/** A directory as the daemon knows it; one of a daemon elsewhere is left as it is. */
export function directoryOf(text: string, url: string | undefined): string {
  if (url !== undefined) return text;
  try {
    return realpathSync(text);
  } catch {
    // Gone by now: its sessions are still named by where it was.
    return resolve(text);
  }
}
