import type { PromptOptions, Session } from '@holdfast/sdk';
import type { ExitCode } from '../exit-code.ts';
import { streamTurn } from './stream-turn.ts';

/** A prompt, and how its turn is shown. */
export interface PromptTurn {
  readonly prompt: string;
  /** What becomes of it while another turn runs; default `queue`. One that cannot be injected waits its turn. */
  readonly mode?: NonNullable<PromptOptions['mode']>;
  readonly isJson: boolean;
  readonly allow: 'ask' | 'all' | 'none';
  /** Whether what happened in the session before is shown too. */
  readonly isFromStart?: boolean;
}

/** How the person interrupts: first the turn, then everything. */
export interface Interruption {
  readonly cancel: AbortSignal;
  readonly quit: AbortSignal;
}

/** Submits a prompt and streams its turn; gives the exit code its end means. @throws HoldfastError */
export async function promptTurn(
  session: Session,
  { prompt, mode = 'queue', isFromStart = false, isJson, allow }: PromptTurn,
  { cancel, quit }: Interruption,
): Promise<ExitCode> {
  const accepted = await submit(session, prompt, { mode, signal: cancel });
  const { promptId } = accepted;
  const onCancel = () => {
    // A daemon that cannot be reached any more is heard of from the stream.
    session.abort({ promptId }).catch(() => {});
  };
  cancel.addEventListener('abort', onCancel, { once: true });
  // Nobody reads the answer any more.
  process.stdout.on('error', onCancel);
  try {
    const from = isFromStart ? undefined : accepted;
    const isJoining = mode === 'inject';
    return await streamTurn({ session, promptId, from, isJoining, isJson, allow, signal: quit });
  } finally {
    cancel.removeEventListener('abort', onCancel);
    process.stdout.off('error', onCancel);
  }
}

function submit(
  session: Session,
  prompt: string,
  { mode, signal }: { readonly mode: NonNullable<PromptTurn['mode']>; readonly signal: AbortSignal },
) {
  if (mode === 'interrupt') return session.steer(prompt, { signal });
  return session.prompt(prompt, { mode, onUnsupported: mode === 'inject' ? 'queue' : undefined, signal });
}
