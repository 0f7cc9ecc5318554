import { createHash, type Hash } from 'node:crypto';
import { type SessionFileEnd, type SessionFileHeader, sessionFileVersion } from '@holdfast/protocol';
import type { SessionState } from '../session/state.ts';
import { titleOf } from '../session/summary.ts';

/** What the first line of an export says of a session. What its agent is started with is not in it. */
export function fileHeader(
  state: SessionState,
  about: Pick<SessionFileHeader, 'exportId' | 'exportedAt' | 'eventEpoch' | 'lastEventId'>,
): SessionFileHeader {
  const { sessionId, agent, cwd, createdAt, displayName, metadata, firstPrompt, turnCount } = state;
  return {
    holdfast: 'session',
    version: sessionFileVersion,
    ...about,
    sessionId,
    agent,
    cwd,
    createdAt,
    displayName,
    title: titleOf(state),
    labels: [...metadata.labels],
    notes: metadata.notes,
    firstPrompt,
    turnCount,
    generations: state.generations.map(({ generation, afterEventId, reason, basis }) => ({
      generation,
      afterEventId,
      reason,
      basis,
    })),
  };
}

/** Sums the lines of a file as they are written or read, the last one excepted. */
export class LineSum {
  readonly #hash: Hash = createHash('sha256');
  #events = 0;

  addHeader(line: string): void {
    this.#hash.update(`${line}\n`);
  }

  addEvent(line: string): void {
    this.#events += 1;
    this.#hash.update(`${line}\n`);
  }

  /** The last line, once all others were added. */
  end(): SessionFileEnd {
    return { holdfast: 'end', events: this.#events, sha256: this.#hash.digest('hex') };
  }
}
