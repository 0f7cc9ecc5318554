import type { ClientId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { Session } from '../session/session.ts';
import { isRegistered } from '../session/state.ts';

/** The id a caller gets with a session: the one it sent where the session knows it, else a new one. Source: protocol §1. */
export const nameClient = (core: Core, { state }: Session, asked: ClientId | undefined): ClientId =>
  asked !== undefined && isRegistered(state, asked) ? asked : core.ids.clientId(asked);
