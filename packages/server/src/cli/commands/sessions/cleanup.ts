import type { AppliedCleanup, CleanupPlan, PlanCleanupBody } from '@holdfast/protocol';
import { DaemonError } from '@holdfast/protocol';
import type { HoldfastClient } from '@holdfast/sdk';
import { confirm } from '../../confirm.ts';
import { counted } from '../../counted.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSessions } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { durationMs, sizeBytes, wholeNumber } from '../../option-values.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { appliedText, planText } from '../../sessions/cleanup-text.ts';
import { directoryOf } from '../../sessions/list-query.ts';
import { stdoutSurroundings } from '../../sessions/stdout-surroundings.ts';

/** Shows which old sessions would go and why; carries that out where it was asked for. */
export async function cleanupSessions(args: CommandArguments): Promise<ExitCode> {
  const { switches } = args;
  const rules = rulesOf(args);
  const isJson = switches['json'] === true;
  return onDaemon(args, async (client, signal) => {
    const plan = await client.planCleanup(await withKept(client, args, { rules, signal }), { signal });
    if (!isJson) process.stdout.write(planText(plan, stdoutSurroundings()));
    if (!switches['apply'] || plan.actions.length === 0) {
      if (isJson) process.stdout.write(`${JSON.stringify(plan)}\n`);
      else if (plan.actions.length > 0)
        process.stderr.write('nothing was changed yet; --apply carries this out\n');
      return exitCodes.ok;
    }
    if (!(await isSure(plan, args, signal))) {
      process.stderr.write('nothing was changed\n');
      return exitCodes.failed;
    }
    const applied = await client.applyCleanup(plan.planId, { signal });
    process.stdout.write(
      isJson ? `${JSON.stringify({ ...plan, results: applied.results })}\n` : appliedText(applied),
    );
    return hasFailed(applied) ? exitCodes.failed : exitCodes.ok;
  });
}

/** The rules of a command line. @throws invalid_option when there is none, so that nothing would ever go */
export function rulesOf({ texts, switches }: Pick<CommandArguments, 'texts' | 'switches'>): PlanCleanupBody {
  const { agent, cwd, url } = texts;
  const [age, count, size] = [texts['older-than'], texts['max-sessions'], texts['max-size']];
  if (age === undefined && count === undefined && size === undefined) {
    throw new DaemonError(
      'invalid_option',
      'cleanup needs a rule: --older-than, --max-sessions or --max-size',
      {
        remedy: 'holdfast sessions cleanup --older-than 30d shows what would go',
      },
    );
  }
  const bounds = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
  return {
    olderThanMs: age === undefined ? undefined : durationMs({ flag: 'older-than', text: age }),
    maxSessions: count === undefined ? undefined : wholeNumber({ flag: 'max-sessions', text: count }, bounds),
    maxBytes: size === undefined ? undefined : sizeBytes({ flag: 'max-size', text: size }),
    action: switches['purge'] ? 'purge' : 'archive',
    agent,
    cwd: cwd === undefined ? undefined : directoryOf(cwd, url),
  };
}

async function withKept(
  client: HoldfastClient,
  { texts }: CommandArguments,
  { rules, signal }: { readonly rules: PlanCleanupBody; readonly signal: AbortSignal },
): Promise<PlanCleanupBody> {
  const words = (texts['keep'] ?? '').split(',').filter((word) => word !== '');
  return { ...rules, protect: [...(await nameSessions(client, words, signal))] };
}

/** Archiving loses nothing, but takes sessions out of sight: both ask. */
async function isSure(
  { actions }: CleanupPlan,
  { switches }: CommandArguments,
  signal: AbortSignal,
): Promise<boolean> {
  const what = switches['purge'] ? 'Erase' : 'Archive';
  const question = `${what} ${counted(actions.length, 'session')}${switches['purge'] ? ' for good' : ''}?`;
  return confirm({ question, isYes: switches['yes'] === true, signal });
}

const hasFailed = ({ results }: AppliedCleanup) =>
  results.some(({ outcome, reason }) => outcome === 'skipped' && reason === 'failed');
