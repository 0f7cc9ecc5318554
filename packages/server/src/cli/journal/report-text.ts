import type {
  BackupReport,
  JournalFinding,
  JournalReport,
  JournalStats,
  RestoreReport,
} from '@holdfast/bridge';
import { counted } from '../counted.ts';
import { oneLine } from '../run/answer-view.ts';
import { sizeText } from '../size-text.ts';

/** Findings a person is shown; `--json` has more. */
const shownFindings = 20;

/** What `holdfast journal verify` says. */
export function verifyText(report: JournalReport): string {
  const { path, sessions, events, facts, sizeBytes, findings, findingCount, isSound } = report;
  const head = `${path}\n  ${counted(sessions, 'session')}, ${counted(events, 'event')}, ${counted(facts, 'fact')}, ${sizeText(sizeBytes)}\n`;
  if (isSound) return `${head}  sound\n`;
  const shown = findings.slice(0, shownFindings).map(findingText).join('');
  const rest = findingCount - Math.min(shownFindings, findings.length);
  const more = rest > 0 ? `  and ${rest} more; --json lists them\n` : '';
  return `${head}  DAMAGED: ${counted(findingCount, 'finding')}\n${shown}${more}${remedyText(findings)}`;
}

function findingText({ kind, sessionId, fromId, toId, detail }: JournalFinding): string {
  const range = fromId === toId ? `event ${fromId}` : `events ${fromId} to ${toId}`;
  const place = [sessionId, fromId === undefined ? undefined : range].filter((part) => part !== undefined);
  return `  ${kind.padEnd(9)}  ${[place.join(' '), detail].filter(Boolean).join(': ')}\n`;
}

function remedyText(findings: readonly JournalFinding[]): string {
  const isBroken = findings.some(({ kind }) => kind === 'structure');
  return isBroken
    ? '  The file itself is damaged: stop the daemon, keep a copy, and restore a backup (holdfast journal restore FILE).\n'
    : '  The rest is served as it was; what the index lacks is rebuilt at the next start.\n';
}

/** What `holdfast journal stats` says. */
export function statsText(stats: JournalStats): string {
  const { sessions, openSessions, events, facts, answers, contentBytes, sizeBytes, logBytes } = stats;
  const rows: readonly (readonly [string, string])[] = [
    ['sessions', `${sessions} (${openSessions} open)`],
    ['events', `${events}`],
    ['facts', `${facts}`],
    ['answers', `${answers}`],
    ['content', sizeText(contentBytes)],
    ['file', `${sizeText(sizeBytes)}${logBytes > 0 ? ` and a log of ${sizeText(logBytes)}` : ''}`],
    ['format', `${stats.format}, written by ${stats.program}`],
    ['epoch', stats.eventEpoch],
  ];
  const table = rows.map(([label, text]) => `  ${label.padEnd(9)} ${text}\n`).join('');
  const largest = stats.largest.map(
    ({ sessionId, events: count, sizeBytes: size, agent, title }) =>
      `  ${sizeText(size).padStart(9)}  ${String(count).padStart(8)}  ${sessionId}  ${agent.padEnd(8)}  ${oneLine(title ?? '').slice(0, 60)}`,
  );
  if (largest.length === 0) return `${stats.path}\n${table}`;
  const head = `  ${'SIZE'.padStart(9)}  ${'EVENTS'.padStart(8)}  ${'LARGEST SESSIONS'.padEnd(36)}  ${'AGENT'.padEnd(8)}  TITLE`;
  return `${stats.path}\n${table}\n${[head, ...largest].map((line) => `${line.trimEnd()}\n`).join('')}`;
}

/** What `holdfast journal backup` says. */
export const backupText = ({ path, sizeBytes }: BackupReport): string =>
  `${path}: ${sizeText(sizeBytes)}, as of this instant\n`;

/** What `holdfast journal restore` says. */
export function restoreText({ path, sessions, previous, wasDone, eventEpoch }: RestoreReport): string {
  if (wasDone) return `${path} is this backup already, and nothing ran since: nothing to do\n`;
  const kept = previous === null ? '' : `  the journal before is kept as ${previous}\n`;
  return `${path} restored: ${counted(sessions, 'session')}, event epoch ${eventEpoch}\n${kept}`;
}
