// What every step works with: a daemon, the published client classes as they are, and an agent that does as told.
import {
  DaemonClient,
  type DaemonEvent,
  DaemonHttpError,
  DaemonSessionClient,
  type PromptRequest,
} from '@qwen-code/sdk/daemon';
import type { Daemon } from '../agents-check/daemon.ts';
import { member } from '../agents-check/json-reader.ts';
import type { AgentScript } from './agent-script.ts';

import { Watch } from './watch.ts';

export interface Bench {
  readonly daemon: Daemon;
  readonly script: AgentScript;
  /** Every event any step has read, for the client's own reducer at the end. */
  readonly seen: DaemonEvent[][];
}

/** One thing a published client does. A returned text is a remark for the table. */
export interface Step {
  readonly name: string;
  run(bench: Bench): Promise<string | undefined>;
}

export const clientOf = ({ daemon }: Bench, options: { readonly isUnlimited?: boolean } = {}): DaemonClient =>
  new DaemonClient({
    baseUrl: daemon.url,
    token: daemon.token,
    maxPendingPromptsPerSession: options.isUnlimited === true ? null : undefined,
  });

/** A session of its own with a reader; both are gone afterwards. */
export async function withSession<Result>(
  bench: Bench,
  use: (session: DaemonSessionClient, watch: Watch) => Promise<Result>,
  options: { readonly isUnlimited?: boolean } = {},
): Promise<Result> {
  const session = await createSession(bench, options);
  const watch = new Watch(session);
  try {
    return await use(session, watch);
  } finally {
    await watch.stop();
    bench.seen.push(watch.events);
    await session.close();
  }
}

export async function createSession(
  bench: Bench,
  options: { readonly isUnlimited?: boolean } = {},
): Promise<DaemonSessionClient> {
  return await DaemonSessionClient.createOrAttach(clientOf(bench, options), {
    workspaceCwd: bench.daemon.workspace,
    sessionScope: 'thread',
  });
}

export const textPrompt = (text: string): PromptRequest => ({ prompt: [{ type: 'text', text }] });

/** What a condition says when it does not hold. */
export function check(isTrue: boolean, otherwise: string): asserts isTrue {
  if (!isTrue) throw new Error(otherwise);
}

export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(is === wanted, `${what} is ${is}, not ${wanted}`);
}

/** The refusal a call ends in. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ readonly status: number; readonly code: unknown; readonly body: unknown }> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof DaemonHttpError) {
      return { status: thrown.status, code: member(thrown.body, 'code'), body: thrown.body };
    }
    throw thrown;
  }
  throw new Error('the call succeeded, where a refusal was due');
}
