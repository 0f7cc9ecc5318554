import {
  DaemonError,
  type Envelope,
  faultOfEvent,
  faultOfFileEnd,
  faultOfFileHeader,
  type SessionFileHeader,
  sessionFileVersion,
} from '@holdfast/protocol';
import { LineSum } from './session-file.ts';
import type { UploadLine } from './upload-lines.ts';

/** An event of the file, checked. */
export type FileEvent = Envelope & { readonly id: number };

export interface SessionFile {
  readonly header: SessionFileHeader;
  /** The header as it stands in the file: it names the export. */
  readonly firstLine: string;
  /** Each checked when it is asked for; ends without fault only if the file is whole. @throws invalid_import */
  readonly events: AsyncIterable<FileEvent>;
}

/** Reads an exported session line by line. @throws invalid_import, which names the line */
export async function readSessionFile(
  lines: AsyncGenerator<UploadLine, void, undefined>,
): Promise<SessionFile> {
  const first = await lines.next();
  if (first.done) throw invalid(1, 'the file is empty');
  const { number, text } = first.value;
  const header = parsed(number, text);
  const version = typeof header === 'object' && header !== null && 'version' in header ? header.version : 0;
  if (typeof version === 'number' && version > sessionFileVersion) {
    throw invalid(
      number,
      `the file has format ${version} and this program reads up to ${sessionFileVersion}; import it with a newer one`,
    );
  }
  const fault = faultOfFileHeader(header);
  if (fault !== undefined) throw invalid(number, `this is no header of an exported session: ${fault}`);
  // Checked against the schema of that type.
  return { header: header as SessionFileHeader, firstLine: text, events: readEvents(lines, text) };
}

async function* readEvents(
  lines: AsyncGenerator<UploadLine, void, undefined>,
  firstLine: string,
): AsyncGenerator<FileEvent, void, undefined> {
  const sum = new LineSum();
  sum.addHeader(firstLine);
  let lastId = 0;
  let lastLine = 1;
  let isWhole = false;
  for await (const { number, text } of lines) {
    if (isWhole) throw invalid(number, 'something follows the end of the session');
    lastLine = number;
    const value = parsed(number, text);
    if (isEnd(value)) {
      checkEnd(number, value, sum);
      isWhole = true;
      continue;
    }
    const fault = faultOfEvent(value);
    if (fault !== undefined) throw invalid(number, fault);
    // Checked against the schema of that type; recorded ones have an id.
    const event = value as FileEvent;
    if (event.id <= lastId) throw invalid(number, `event ${event.id} does not follow event ${lastId}`);
    lastId = event.id;
    sum.addEvent(text);
    yield event;
  }
  if (!isWhole) throw invalid(lastLine, 'the file ends before the session does; export it again');
}

const isEnd = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'holdfast' in value && value.holdfast === 'end';

function checkEnd(line: number, value: unknown, sum: LineSum): void {
  const fault = faultOfFileEnd(value);
  if (fault !== undefined) throw invalid(line, fault);
  const { events, sha256 } = sum.end();
  // Checked against the schema of that type.
  const said = value as ReturnType<LineSum['end']>;
  if (said.events !== events)
    throw invalid(line, `${said.events} events are announced and ${events} are there`);
  if (said.sha256 !== sha256)
    throw invalid(line, 'the file was changed since it was exported: its sum differs');
}

function parsed(line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new DaemonError('invalid_import', `line ${line} is not JSON`, { line }, { cause: thrown });
  }
}

const invalid = (line: number, what: string): DaemonError =>
  new DaemonError('invalid_import', `line ${line}: ${what}`, { line });
