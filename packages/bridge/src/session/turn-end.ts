import type { EventData } from '@holdfast/protocol';
import type { TurnEnding } from './entry.ts';

/** How a turn ends, before it is told in events. */
export type TurnEnd =
  | {
      readonly kind: 'complete';
      readonly stopReason: string;
      readonly usage?: EventData<'turn_complete'>['usage'];
    }
  | {
      readonly kind: 'error';
      readonly code: EventData<'turn_error'>['code'];
      readonly message: string;
      readonly agentCode?: number;
    };

/** The end a turn gets that was told to stop, whatever the agent answers. */
export function endOf(ending: TurnEnding | null, otherwise: TurnEnd): TurnEnd {
  switch (ending) {
    case null:
      return otherwise;
    case 'cancelled':
      return { kind: 'complete', stopReason: 'cancelled' };
    case 'deadline':
      return { kind: 'error', code: 'prompt_deadline_exceeded', message: 'the prompt ran past its deadline' };
    default:
      return ending satisfies never;
  }
}

export const cancelled: TurnEnd = Object.freeze({ kind: 'complete', stopReason: 'cancelled' });
