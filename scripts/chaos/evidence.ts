import { hash } from 'node:crypto';
import type { Envelope } from '@holdfast/sdk';
import type { LoggedPrompt } from '../../packages/server/src/e2e/testing/daemon-lab.ts';

/** An event as somebody saw it; `digest` stands for all of its content. */
export interface SeenEvent {
  readonly id: number;
  readonly type: string;
  readonly digest: string;
  readonly promptId: string | undefined;
  /** `data` of the few types that are looked into. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** What one reader was given of one session, over all its connections. */
export interface ReaderTrace {
  readonly name: string;
  readonly sessionId: string;
  /** Id it began after. */
  readonly after: number;
  readonly events: SeenEvent[];
}

/** A prompt the daemon answered with 202. */
export interface AcknowledgedPrompt {
  readonly sessionId: string;
  readonly promptId: string;
  /** Stands in the prompt's text, and so in the agent's log. */
  readonly token: string;
}

/** Everything a run leaves to be judged. */
export interface Evidence {
  readonly prompts: AcknowledgedPrompt[];
  /** Sessions whose creation or branch was answered with 2xx. */
  readonly sessions: string[];
  /** Votes answered with 200. */
  readonly votes: { readonly sessionId: string; readonly requestId: string }[];
  /** Names answered with 200; each is used once. */
  readonly names: { readonly sessionId: string; readonly displayName: string }[];
  readonly readers: ReaderTrace[];
  /** By session, read from 0 when all was over. */
  readonly journals: Map<string, readonly SeenEvent[]>;
  executions: readonly LoggedPrompt[];
  /** Every name the daemon's own record has: that of a closed session makes no event. */
  recordedNames: ReadonlySet<string>;
  /** What was wrong on the way: an answer that should not be, an end that was not clean. */
  readonly incidents: string[];
  /** Sessions that came to no rest. */
  readonly restless: string[];
  survivors: readonly number[];
  /** What SQLite says of the file. */
  integrity: string;
}

export const noEvidence = (): Evidence => ({
  prompts: [],
  sessions: [],
  votes: [],
  names: [],
  readers: [],
  journals: new Map(),
  executions: [],
  recordedNames: new Set(),
  incidents: [],
  restless: [],
  survivors: [],
  integrity: 'not looked at',
});

const lookedInto: ReadonlySet<string> = new Set([
  ...['turn_complete', 'turn_error', 'permission_request', 'permission_resolved'],
]);

/** Notes a recorded event; its JSON in one spelling, so that equal content has equal digests. */
export function seenEvent(envelope: Envelope): SeenEvent {
  const { id = 0, type, data, promptId } = envelope;
  const isObject = typeof data === 'object' && data !== null;
  const own = isObject && 'promptId' in data && typeof data.promptId === 'string' ? data.promptId : undefined;
  return {
    id,
    type,
    digest: hash('md5', JSON.stringify(envelope)),
    promptId: promptId ?? own,
    data: isObject && lookedInto.has(type) ? { ...data } : undefined,
  };
}
