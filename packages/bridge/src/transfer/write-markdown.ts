import type { RecordedTurn, SessionFileHeader } from '@holdfast/protocol';
import type { JournalEvent } from '../ports/journal.ts';
import { TurnCollector } from '../turns/turn-collector.ts';

/** A session to be read: what user and agent said in turns, a line for each tool call. */
export async function* writeMarkdown(
  header: SessionFileHeader,
  pages: AsyncIterable<readonly JournalEvent[]>,
): AsyncGenerator<string, void, undefined> {
  yield opening(header);
  const collector = new TurnCollector();
  let gaps = 0;
  for await (const events of pages) {
    let text = '';
    for (const event of events) {
      if (event.type === 'session_reset') text += '---\n\n*The conversation began anew.*\n\n';
      const ended = collector.add(event);
      if (ended !== undefined) {
        text += written(ended.toTurn(1, false));
        collector.forget(ended);
      }
      if (collector.gaps.length > gaps) text += '*Events are damaged here and left out.*\n\n';
      gaps = collector.gaps.length;
    }
    if (text !== '') yield text;
  }
  for (const draft of collector.turns()) yield written(draft.toTurn(1, true));
}

function opening({ title, sessionId, agent, cwd, createdAt, exportedAt }: SessionFileHeader): string {
  const facts = [
    `- Session: \`${sessionId}\``,
    `- Agent: ${agent}`,
    `- Directory: \`${cwd}\``,
    `- Created: ${new Date(createdAt).toISOString()}`,
    `- Exported: ${new Date(exportedAt).toISOString()}`,
  ];
  return `# ${oneLine(title ?? sessionId)}\n\n${facts.join('\n')}\n\n`;
}

function written({ user, agentText, tools, state, error, isTruncated, startedAt }: RecordedTurn): string {
  const parts = [
    `## User${startedAt === undefined ? '' : ` · ${new Date(startedAt).toISOString()}`}`,
    user.text === '' ? '*(no text)*' : user.text,
    ...(tools.length === 0
      ? []
      : [
          tools
            .map(
              ({ title, status }) =>
                `- \`${oneLine(title).replaceAll('`', "'")}\`${status === undefined ? '' : ` (${status})`}`,
            )
            .join('\n'),
        ]),
    ...(agentText === '' ? [] : ['## Agent', agentText]),
    ...(isTruncated ? ['*Parts are left out for their size.*'] : []),
    ...outcome(state, error?.message),
  ];
  return `${parts.join('\n\n')}\n\n`;
}

function outcome(state: RecordedTurn['state'], message = ''): readonly string[] {
  switch (state) {
    case 'completed':
      return [];
    case 'cancelled':
      return ['*Cancelled.*'];
    case 'failed':
      return [`*Failed: ${oneLine(message)}*`];
    default:
      return ['*Not ended.*'];
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
