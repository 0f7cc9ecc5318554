import type { ClientId } from '@holdfast/protocol';
import { seenAfterJump } from '../reaper/idle-policy.ts';
import { isRegistered, type SessionState } from './state.ts';

/** Who was last seen when in one session. Lost at a restart: then everybody was seen just now. Instants are epoch ms. */
export class Presence {
  #lastSeenAt: number;
  /** For clients that were not seen since the session was read. */
  #readAt: number;
  readonly #clients = new Map<ClientId, number>();
  /** Open streams of each client. */
  readonly #reading = new Map<ClientId, number>();

  constructor(now: number) {
    this.#lastSeenAt = now;
    this.#readAt = now;
  }

  /** Latest sign of anybody. */
  get lastSeenAt(): number {
    return this.#lastSeenAt;
  }

  seenAt(clientId: ClientId): number {
    return this.#clients.get(clientId) ?? this.#readAt;
  }

  isReading(clientId: ClientId): boolean {
    return this.#reading.has(clientId);
  }

  see(now: number, clientId?: ClientId | null): void {
    this.#lastSeenAt = now;
    if (clientId !== undefined && clientId !== null) this.#clients.set(clientId, now);
  }

  /** One more stream of a client is open, or one less. */
  read(clientId: ClientId, change: 1 | -1): void {
    const open = (this.#reading.get(clientId) ?? 0) + change;
    if (open > 0) this.#reading.set(clientId, open);
    else this.#reading.delete(clientId);
  }

  /** Takes in a decision: to register is a sign of life, and so is the start or the end of a turn. */
  follow(before: SessionState | null, state: SessionState | null, now: number): void {
    if (state?.lastTurn !== before?.lastTurn) {
      const clientId = before?.phase.kind === 'running' ? before.phase.turn.clientId : null;
      this.see(now, clientId);
    }
    if (state === null || state.clients === before?.clients) return;
    for (const [id, count] of Object.entries(state.clients)) {
      // The keys of the record are client ids; entries widens them.
      const clientId = id as ClientId;
      const known = before !== null && isRegistered(before, clientId) ? before.clients[clientId] : undefined;
      if (count > (known ?? 0)) this.see(now, clientId);
    }
    for (const clientId of this.#clients.keys())
      if (!isRegistered(state, clientId)) this.#clients.delete(clientId);
  }

  /** Somebody set the machine's clock, or it slept: nobody was away for that long. */
  followClock(now: number, jumpedMs: number): void {
    this.#lastSeenAt = seenAfterJump(this.#lastSeenAt, now, jumpedMs);
    this.#readAt = seenAfterJump(this.#readAt, now, jumpedMs);
    for (const [clientId, seenAt] of this.#clients)
      this.#clients.set(clientId, seenAfterJump(seenAt, now, jumpedMs));
  }
}
