import type { Clock } from '@holdfast/bridge';
import type { FastifyInstance } from 'fastify';

/** Counts the responses that are not over, so that a stop can wait for them. */
export class OpenResponses {
  #open = 0;
  #onNone = () => {};

  constructor(app: FastifyInstance) {
    app.addHook('onRequest', async (_request, reply) => {
      this.#open += 1;
      reply.raw.once('close', () => {
        this.#open -= 1;
        if (this.#open === 0) this.#onNone();
      });
    });
  }

  /** Resolves when none is open, at the latest after `graceMs`. */
  settled(graceMs: number, clock: Clock): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.after(graceMs, resolve);
      this.#onNone = () => {
        cancel();
        resolve();
      };
    });
  }
}
