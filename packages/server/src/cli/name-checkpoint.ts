import type { Session } from '@holdfast/sdk';
import { CommandFailure } from './command-failure.ts';

/** The id of the checkpoint a person names: by its id, or by the name it was given.
 * @throws CommandFailure when no checkpoint or several are meant */
export async function nameCheckpoint(session: Session, word: string, signal: AbortSignal): Promise<string> {
  if (word.startsWith('cp_')) return word;
  const named = (await session.checkpoints.list({ signal })).filter(({ name }) => name === word);
  const [only, ...others] = named;
  if (only === undefined) {
    throw new CommandFailure(
      `no checkpoint is named ${JSON.stringify(word)}`,
      'give an id (cp_…) or a name; holdfast sessions show lists them',
    );
  }
  if (others.length === 0) return only.checkpointId;
  const lines = named.map(
    ({ checkpointId, generation, eventId }) =>
      `  ${checkpointId}  generation ${generation} up to event ${eventId}`,
  );
  throw new CommandFailure(
    [`${JSON.stringify(word)} means ${named.length} checkpoints:`, ...lines].join('\n'),
    'give the id of one',
  );
}
