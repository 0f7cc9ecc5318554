// One session under check: asks the agent, watches what comes, and knows what the model server was sent for it.
import assert from 'node:assert/strict';
import type { CompactionStrategy } from '@holdfast/protocol/view';
import {
  agentText,
  type Envelope,
  type EventOf,
  isEvent,
  type PromptAccepted,
  type Session,
} from '@holdfast/sdk';
import { EventLog } from './event-log.ts';
import { answerPieces, directive, type ModelDirective, readDirective } from './model-directive.ts';
import type { ModelRequest, ModelServer } from './model-server.ts';

/** A prompt that was accepted. */
export interface Asked extends PromptAccepted {
  /** Word that no other prompt contains. */
  readonly mark: string;
  /** What the model is told to answer. */
  readonly expected: string;
}

export type TurnEnd = Envelope & EventOf<'turn_complete' | 'turn_error'>;

/** Side requests of the agents (titles, routing, memory) offer fewer tools or none. */
const fewestTools = 8;
/** Rises over all prompts: a reseeded one repeats older directives, and the highest wins. */
let lastTurn = 0;

export class Conversation {
  readonly session: Session;
  readonly log: EventLog;
  readonly #model: ModelServer;

  constructor(session: Session, model: ModelServer) {
    this.session = session;
    this.log = new EventLog(session);
    this.#model = model;
  }

  /** Submits a prompt that tells the model what to answer. */
  async ask(words: string, wanted: Partial<ModelDirective> = {}): Promise<Asked> {
    lastTurn += 1;
    const mark = `mark-${lastTurn}-${process.pid}`;
    const text = `${words} (${mark}) ${directive({ turn: lastTurn, ...wanted })}`;
    const expected = answerPieces(readDirective(text)).join('');
    return { ...(await this.session.prompt(text)), mark, expected };
  }

  /** Has the agent's context compacted; `wanted` is what the model is told to do when it is asked for a summary. */
  async compact(strategy: CompactionStrategy, wanted?: Partial<ModelDirective>): Promise<Asked> {
    lastTurn += 1;
    const mark = `mark-${lastTurn}-${process.pid}`;
    const words = `Keep what matters. (${mark}) ${directive({ turn: lastTurn, ...wanted })}`;
    // A command of the agent's own is run as people mostly run it, without further words.
    const instructions = wanted === undefined ? undefined : words;
    const expected = answerPieces(readDirective(words)).join('');
    return { ...(await this.session.compact({ strategy, instructions })), mark, expected };
  }

  /** Waits for the terminal of a prompt. */
  end({ promptId, mark }: Asked): Promise<TurnEnd> {
    return this.log.until(`terminal of the prompt ${mark}`, (events) =>
      events.find((event): event is TurnEnd => isEnd(event) && event.data.promptId === promptId),
    );
  }

  /** Waits until the agent asks for a permission in the turn of a prompt. @throws Error when the turn ends without */
  async question(asked: Asked): Promise<EventOf<'permission_request'>['data']> {
    const isOfTurn = (event: Envelope) => Number(event.id) > asked.lastEventId;
    const seen = await this.log.until('permission request', (events) =>
      events.find(
        (event): event is TurnEnd | (Envelope & EventOf<'permission_request'>) =>
          isOfTurn(event) && (isEvent(event, 'permission_request') || isEnd(event)),
      ),
    );
    assert.ok(isEvent(seen, 'permission_request'), 'the turn ended without asking for a permission');
    return seen.data;
  }

  /** Asks, and expects exactly the model's answer and nothing else. Returns the prompt and its end. */
  async expectAnswer(words: string, wanted: Partial<ModelDirective> = {}): Promise<Asked> {
    const asked = await this.ask(words, wanted);
    expectStop(await this.end(asked), 'end_turn');
    assert.equal(this.said(asked), asked.expected, "the turn's text is not what the model answered");
    return asked;
  }

  /** What the agent has said so far in the turn of a prompt. */
  said({ promptId }: Pick<Asked, 'promptId'>): string {
    return this.pieces({ promptId }).join('');
  }

  /** The same in the pieces it came in; empty ones, which carry usage, are left out. */
  pieces({ promptId }: Pick<Asked, 'promptId'>): readonly string[] {
    return this.log.events
      .filter((event) => event.promptId === promptId)
      .map(agentText)
      .filter((text) => text !== '');
  }

  /** Waits until the agent has said this much in the turn of a prompt. */
  async untilSaid(asked: Asked, characters: number): Promise<void> {
    await this.log.until(`${characters} characters of the answer`, () =>
      this.said(asked).length >= characters ? true : undefined,
    );
  }

  /** The first request to the model that was made for a prompt. */
  sent({ mark }: Pick<Asked, 'mark'>): ModelRequest {
    const found = this.#model.requests.find(
      ({ body, tools }) => body.includes(mark) && tools.length > fewestTools,
    );
    assert.ok(found, `the model was never asked for the prompt ${mark}`);
    return found;
  }

  /** The id of the agent's process that serves the session now; it leads a process group. */
  get agentPid(): number {
    const pid = this.log.of('agent_started').at(-1)?.data.pid;
    assert.ok(pid, 'no agent_started with a pid');
    return pid;
  }
}

const isEnd = (event: Envelope): event is TurnEnd =>
  isEvent(event, 'turn_complete') || isEvent(event, 'turn_error');

export function expectStop(end: TurnEnd, stopReason: string): void {
  const seen = isEvent(end, 'turn_complete') ? end.data.stopReason : `${end.data.code}: ${end.data.message}`;
  assert.equal(seen, stopReason, 'the turn did not end as it should');
}
