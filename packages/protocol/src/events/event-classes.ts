import type { RecordedEventType } from './events.ts';

/** Terminals of a session: the stream ends after one. */
export const sessionTerminalTypes = ['session_closed', 'session_died'] as const satisfies RecordedEventType[];
/** Terminals of a prompt: exactly one for each accepted promptId. */
export const turnTerminalTypes = ['turn_complete', 'turn_error'] as const satisfies RecordedEventType[];
/** Events that move neither the activity order nor the idle clock. */
export const housekeepingTypes = [
  'session_branched',
  'agent_started',
  'agent_exited',
] as const satisfies RecordedEventType[];

export type SessionTerminalType = (typeof sessionTerminalTypes)[number];
export type TurnTerminalType = (typeof turnTerminalTypes)[number];

const sessionTerminals: ReadonlySet<string> = new Set(sessionTerminalTypes);
const turnTerminals: ReadonlySet<string> = new Set(turnTerminalTypes);
const housekeeping: ReadonlySet<string> = new Set(housekeepingTypes);

export const isSessionTerminal = (type: string): type is SessionTerminalType => sessionTerminals.has(type);
export const isTurnTerminal = (type: string): type is TurnTerminalType => turnTerminals.has(type);
export const isHousekeeping = (type: string): boolean => housekeeping.has(type);
