import type { EditedMetadata, EditMetadataBody, FieldResult } from '@holdfast/protocol';
import { DaemonError } from '@holdfast/protocol';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { wholeNumber } from '../../option-values.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { oneLine } from '../../run/answer-view.ts';

/** Changes what people write about a session and choose of its agent. */
export async function editSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = ''] = positionals;
  const changes = changesOf(args);
  const revision = texts['if-revision'];
  const bounds = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
  const ifRevision =
    revision === undefined ? undefined : wholeNumber({ flag: 'if-revision', text: revision }, bounds);
  return onDaemon(args, async (client, signal) => {
    const session = client.session(await nameSession(client, word, signal));
    const edited = await session.editMetadata(changes, { ifRevision, signal });
    process.stdout.write(switches['json'] ? `${JSON.stringify(edited)}\n` : editedText(edited));
    const isWhole = results(edited).every(([, { result }]) => result === 'applied' || result === 'pending');
    return isWhole ? exitCodes.ok : exitCodes.failed;
  });
}

/** The changes a command line asks for: an empty text clears. @throws invalid_option when it asks for none */
export function changesOf({ texts }: Pick<CommandArguments, 'texts'>): EditMetadataBody {
  const { title, alias, labels, notes, pinned, model, mode } = texts;
  const text = (value: string | undefined) => (value === '' ? null : value);
  const flag = (value: string | undefined) => (value === undefined ? undefined : value === 'yes');
  const listed = labels
    ?.split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '');
  const changes: EditMetadataBody = {
    displayName: text(title),
    alias: text(alias),
    labels: listed?.length === 0 ? null : listed,
    notes: text(notes),
    pinned: flag(pinned),
    protected: flag(texts['protected']),
    modelId: text(model),
    modeId: text(mode),
  };
  if (Object.values(changes).some((value) => value !== undefined)) return changes;
  throw new DaemonError(
    'invalid_option',
    'sessions edit changes nothing: name what to change, as in --title TEXT',
    {
      remedy: 'holdfast help sessions edit shows what can be changed',
    },
  );
}

const results = ({ fields }: EditedMetadata): readonly (readonly [string, FieldResult])[] => {
  const { config, ...single } = fields;
  return [...Object.entries(single), ...Object.entries(config ?? {})];
};

function editedText(edited: EditedMetadata): string {
  const lines = results(edited).map(([field, { result, value, reason }]) => {
    const shown = shownValue(value);
    const how =
      result === 'applied' ? '' : ` (${result}${reason === undefined ? '' : `: ${oneLine(reason)}`})`;
    return `${field}: ${shown}${how}\n`;
  });
  return `${lines.join('')}revision ${edited.revision}\n`;
}

function shownValue(value: unknown): string {
  const isNothing = value === null || (Array.isArray(value) && value.length === 0);
  if (isNothing) return 'cleared';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return oneLine(value.join(', '));
  return oneLine(String(value));
}
