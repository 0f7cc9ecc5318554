import { styleText } from 'node:util';
import { destination, type Logger, pino } from 'pino';
import type { logLevels } from '../config/option-table.ts';

/** Logs to stderr: readable lines at a terminal, JSON lines elsewhere. */
export function terminalLogger(level: (typeof logLevels)[number]): Logger {
  // Synchronous, so that the last line before an exit is not lost.
  const stderr = destination({ dest: 2, sync: true });
  const options = { level, base: undefined };
  return process.stderr.isTTY
    ? pino(options, { write: (line) => void stderr.write(readableLine(line)) })
    : pino(options, stderr);
}

const labels = {
  10: ['trace', 'dim'],
  20: ['debug', 'dim'],
  30: ['info', 'green'],
  40: ['warn', 'yellow'],
  50: ['error', 'red'],
  60: ['fatal', 'red'],
} as const;

const isLevel = (level: unknown): level is keyof typeof labels =>
  typeof level === 'number' && level in labels;

/** One JSON log line as people read it: time, level, message, the other fields. */
export function readableLine(line: string): string {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) return line;
  const { level, time, msg, err, ...fields } = parsed as Record<string, unknown>;
  const [label, color] = labels[isLevel(level) ? level : 30];
  const clock = typeof time === 'number' ? new Date(time).toISOString().slice(11, 23) : '';
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const fault = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : '';
  const paint = (style: 'dim' | typeof color, text: string) =>
    styleText(style, text, { stream: process.stderr });
  const head = `${paint('dim', clock)} ${paint(color, label.padEnd(5))} ${String(msg ?? '')}`;
  return `${head}${rest.length === 0 ? '' : paint('dim', ` ${rest.join(' ')}`)}${fault}\n`;
}
