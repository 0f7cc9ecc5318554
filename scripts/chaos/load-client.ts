import { setTimeout as pause } from 'node:timers/promises';
import type { HoldfastClient, Session } from '@holdfast/sdk';
import { marked } from './checks.ts';
import { promptScript } from './prompt-script.ts';
import { RefusalCode, type Scene } from './scene.ts';
import type { SeededRandom } from './seeded-random.ts';

const weights = {
  ...{ prompt: 50, promptTwice: 8, cancel: 8, create: 6, close: 4, load: 5, resume: 3, branch: 4 },
  ...{ rename: 5, heartbeat: 2, removePending: 3, detach: 1 },
} as const;

type Act = keyof typeof weights;

/** A client that does one thing after the other to sessions it shares with others, until the scene closes. */
export class LoadClient {
  readonly #scene: Scene;
  readonly #random: SeededRandom;
  readonly #name: string;
  readonly #client: HoldfastClient;
  /** The sessions it has taken part in, under the name each gave it. */
  readonly #mine = new Map<string, Session>();
  #serial = 0;

  constructor(scene: Scene, name: string, random: SeededRandom) {
    this.#scene = scene;
    this.#name = name;
    this.#random = random;
    this.#client = scene.client();
  }

  async run(): Promise<void> {
    await this.#acts.create();
    while (!this.#scene.isClosing) {
      await this.#acts[this.#random.weighted(weights)]();
      await pause(this.#random.between(0, 60));
    }
  }

  readonly #acts: Readonly<Record<Act, () => Promise<unknown>>> = {
    create: async () => {
      if (!this.#scene.mayGrow) return;
      const idempotencyKey = this.#nextToken();
      const isWithPrompt = this.#random.chance(0.3);
      const text = marked('/say born', idempotencyKey);
      const place = this.#random.pick(this.#scene.places);
      const body = isWithPrompt
        ? { ...place, prompt: [{ type: 'text', text }] }
        : { ...place, sessionScope: 'thread' as const };
      const session = await this.#insist('create', () =>
        this.#client.createSession(body, { idempotencyKey }),
      );
      if (session === undefined) return;
      this.#join(session);
      const promptId = session.created?.promptId;
      const { sessionId } = session;
      if (promptId !== undefined)
        this.#scene.evidence.prompts.push({ sessionId, promptId, token: idempotencyKey });
    },
    prompt: () => this.#prompt(1),
    promptTwice: () => this.#prompt(2),
    cancel: () => this.#with('cancel', (session) => session.cancel()),
    close: () => this.#with('close', (session) => session.close()),
    load: () => this.#with('load', (session) => session.load()),
    resume: () => this.#with('resume', (session) => session.resume()),
    heartbeat: () => this.#with('heartbeat', (session) => session.heartbeat()),
    detach: () => this.#with('detach', (session) => session.detach()),
    branch: async () => {
      if (!this.#scene.mayGrow) return;
      const idempotencyKey = this.#nextToken();
      const onBusy = this.#random.chance(0.5) ? 'reject' : undefined;
      const branched = await this.#with('branch', (session) => session.branch({ idempotencyKey, onBusy }));
      if (branched !== undefined) this.#join(branched);
    },
    rename: async () => {
      const displayName = this.#nextToken();
      await this.#with('rename', async (session) => {
        await session.updateMetadata({ displayName });
        this.#scene.evidence.names.push({ sessionId: session.sessionId, displayName });
      });
    },
    removePending: () =>
      this.#with('removePending', async (session) => {
        const { pendingPrompts } = await session.pendingPrompts();
        const last = pendingPrompts.at(-1);
        if (last?.state === 'queued') await session.removePendingPrompt(last.promptId);
      }),
  };

  /** Sends one prompt, at once from `times` places, and now and then once more when it has its answer. */
  async #prompt(times: number): Promise<void> {
    const token = this.#nextToken();
    const text = marked(promptScript(this.#random), token);
    const isSentAgain = this.#random.chance(0.3);
    const session = this.#any();
    if (session === undefined) return;
    const send = () =>
      this.#insist('prompt', () => session.prompt(text, { idempotencyKey: token }), session.sessionId);
    const answers = await Promise.all(Array.from({ length: times }, send));
    if (isSentAgain) answers.push(await send());
    const promptIds = new Set(answers.flatMap((answer) => answer?.promptId ?? []));
    if (promptIds.size > 1)
      this.#scene.evidence.incidents.push(`${token} was answered with ${[...promptIds].join(' and ')}`);
    for (const promptId of promptIds)
      this.#scene.evidence.prompts.push({ sessionId: session.sessionId, promptId, token });
  }

  async #with<Result>(what: string, act: (session: Session) => Promise<Result>) {
    const session = this.#any();
    if (session === undefined) return undefined;
    return await this.#insist(what, () => act(session), session.sessionId);
  }

  async #insist<Result>(
    what: string,
    ask: () => Promise<Result>,
    sessionId?: string,
  ): Promise<Result | undefined> {
    const answer = await this.#scene.insist(`${this.#name} ${what}`, ask);
    if (!(answer instanceof RefusalCode)) return answer;
    // Our name ended with a close or a detach: go on without one.
    if (answer.code === 'invalid_client_id' && sessionId !== undefined) this.#mine.delete(sessionId);
    if (answer.code === 'session_not_found' && sessionId !== undefined && this.#random.chance(0.5)) {
      const session = this.#client.session(sessionId);
      await this.#scene.insist(`${this.#name} load`, () => session.load());
    }
    return undefined;
  }

  /** One of its own sessions under its name there, or anybody's without one. */
  #any(): Session | undefined {
    const sessionId = this.#random.pick(this.#scene.sessionIds);
    if (sessionId === undefined) return undefined;
    return this.#mine.get(sessionId) ?? this.#client.session(sessionId);
  }

  #join(session: Session): void {
    this.#mine.set(session.sessionId, session);
    this.#scene.admit(session);
  }

  #nextToken(): string {
    this.#serial += 1;
    return `${this.#name}.${this.#serial}`;
  }
}
