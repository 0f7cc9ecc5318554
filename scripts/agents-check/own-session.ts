// Sessions that a step makes for itself.
import { randomBytes } from 'node:crypto';
import type { Session } from '@holdfast/sdk';
import { Conversation } from './conversation.ts';
import type { Check, Passed } from './step.ts';

/** A word that nobody else says. */
export const newWord = (stem: string): string => `${stem}-${randomBytes(4).toString('hex')}`;

/** Runs a step in a session of its own in which the agent was told a secret, and closes it whatever becomes of it. */
export async function withOwnSession(
  { client, name, daemon, model }: Check,
  run: (conversation: Conversation, secret: string) => Promise<Passed>,
): Promise<Passed> {
  const session = await client.createSession({ agent: name, cwd: daemon.workspace, sessionScope: 'thread' });
  return watching({ session, model }, async (conversation) => {
    const secret = newWord('saffron');
    await conversation.expectAnswer(`Remember the password ${secret}.`, { text: 'I will.' });
    return run(conversation, secret);
  });
}

/** Watches a session for as long as `run` takes, then closes it. */
export async function watching<Result>(
  { session, model }: { readonly session: Session } & Pick<Check, 'model'>,
  run: (conversation: Conversation) => Promise<Result>,
): Promise<Result> {
  const conversation = new Conversation(session, model);
  try {
    return await run(conversation);
  } finally {
    await conversation.log.stop();
    // One that the step closed or purged is not there any more.
    await session.close().catch(() => {});
  }
}
