import { agentSessionIdOf } from '@holdfast/protocol';
import type { AgentSessionInfo, AgentSessionPage } from '../ports/agents.ts';
import { isRecord, type JsonRecord } from './records.ts';

/** Reads an agent's answer to `session/list`; rows without an id or a directory are of no use and left out. */
export function parseSessionPage(answer: unknown): AgentSessionPage | undefined {
  if (!isRecord(answer) || !Array.isArray(answer['sessions'])) return undefined;
  const rows: readonly unknown[] = answer['sessions'];
  const nextCursor = answer['nextCursor'];
  return {
    sessions: rows.filter(isRecord).flatMap(infoOf),
    nextCursor: typeof nextCursor === 'string' && nextCursor !== '' ? nextCursor : undefined,
  };
}

function infoOf({ sessionId, cwd, title, updatedAt }: JsonRecord): AgentSessionInfo[] {
  if (typeof sessionId !== 'string' || typeof cwd !== 'string') return [];
  return [
    { agentSessionId: agentSessionIdOf(sessionId), cwd, title: textOf(title), updatedAt: textOf(updatedAt) },
  ];
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
