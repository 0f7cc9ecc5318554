import type { ExportFormat, SessionId } from '@holdfast/protocol';
import type { ExportedFile } from '../api/session-reading.ts';
import type { Core } from '../core.ts';
import { recordedPages } from '../transfer/recorded-pages.ts';
import { fileHeader } from '../transfer/session-file.ts';
import { writeJson, writeJsonl } from '../transfer/write-jsonl.ts';
import { writeMarkdown } from '../transfer/write-markdown.ts';

const formats = {
  jsonl: { mediaType: 'application/x-ndjson', write: writeJsonl },
  json: { mediaType: 'application/json', write: writeJson },
  md: { mediaType: 'text/markdown; charset=utf-8', write: writeMarkdown },
} as const satisfies Record<ExportFormat, unknown>;

/** A session's whole record as of now, read page by page as the file is taken. @throws session_not_found */
export async function exportSession(
  core: Core,
  sessionId: SessionId,
  format: ExportFormat,
): Promise<ExportedFile> {
  const session = await core.registry.wake(sessionId);
  await session.written();
  const { state } = session;
  const { lastSeq } = await core.journal.range(sessionId);
  const header = fileHeader(state, {
    exportId: core.ids.uuid(),
    exportedAt: core.clock.now(),
    eventEpoch: core.epoch,
    lastEventId: lastSeq,
  });
  const { mediaType, write } = formats[format];
  return {
    fileName: `session-${sessionId}.${format}`,
    mediaType,
    chunks: write(header, recordedPages(core.journal, sessionId, lastSeq)),
  };
}
