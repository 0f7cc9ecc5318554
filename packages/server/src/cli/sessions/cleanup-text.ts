import type { AppliedCleanup, CleanupPlan, PlannedCleanup } from '@holdfast/protocol';
import { ageText } from '../age-text.ts';
import { counted } from '../counted.ts';
import { type Paint, plain } from '../paint.ts';
import { oneLine } from '../run/answer-view.ts';
import { sizeText } from '../size-text.ts';
import { cutEnd, textTable } from '../text-table.ts';

export interface PlanSurroundings {
  readonly nowMs: number;
  readonly paint?: Paint;
}

const reasons = {
  older_than: 'too old',
  max_sessions: 'too many',
  max_bytes: 'too large in all',
} as const satisfies Record<PlannedCleanup['reason'], string>;

const outcomes = { archive: 'archived', purge: 'erased' } as const;

/** What a cleanup would do, and how to have it done. */
export function planText(
  { actions, remaining }: CleanupPlan,
  { nowMs, paint = plain }: PlanSurroundings,
): string {
  if (actions.length === 0) return 'nothing to clean up\n';
  const rows = actions.map(({ sessionId, action, reason, bytes, activityAt, title }) => [
    { text: sessionId },
    { text: action, paint: (padded: string) => (action === 'purge' ? paint('red', padded) : padded) },
    { text: reasons[reason] },
    { text: ageText(activityAt, nowMs) },
    { text: sizeText(bytes) },
    { text: cutEnd(oneLine(title ?? ''), 60) },
  ]);
  const head = ['SESSION', 'ACTION', 'REASON', 'ACTIVE', 'SIZE', 'TITLE'].map((text) => ({
    text,
    paint: (padded: string) => paint('dim', padded),
  }));
  const bytes = actions.reduce((sum, action) => sum + action.bytes, 0);
  const rest = remaining === 0 ? '' : `; ${remaining} more with the next plan`;
  const lines = [
    ...textTable([head, ...rows]),
    `${counted(actions.length, 'session')}, ${sizeText(bytes)}${rest}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What a cleanup did, and what it left alone and why. */
export function appliedText({ results }: AppliedCleanup): string {
  const done = (['archive', 'purge'] as const).flatMap((action) => {
    const count = results.filter((result) => result.outcome === 'done' && result.action === action).length;
    return count === 0 ? [] : [`${counted(count, 'session')} ${outcomes[action]}`];
  });
  const left = results
    .filter(({ outcome }) => outcome === 'skipped')
    .map(({ sessionId, reason = 'changed', message }) => {
      const why = message === undefined ? reason.replaceAll('_', ' ') : oneLine(message);
      return `${sessionId} left alone: ${why}`;
    });
  return [...done, ...left].map((line) => `${line}\n`).join('');
}
