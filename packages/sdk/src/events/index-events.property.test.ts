import { encodeEvent, encodeFrame } from '@holdfast/protocol/view';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { event } from '../../test/events.ts';
import { cut, type Received, sendStreamHead, startScriptedDaemon } from '../../test/scripted-daemon.ts';
import { testRuntime } from '../../test/test-runtime.ts';
import { HoldfastClient } from '../client.ts';

/** Sessions by name, and the number of their last change; negative once they were erased. */
type Rows = Map<string, number>;

const change = fc.record({ session: fc.constantFrom('a', 'b', 'c', 'd'), isErased: fc.boolean() });
/** What changes before a connection, and how it goes wrong: after so many bytes, and with what is forgotten by then. */
const connection = fc.record({
  changes: fc.array(change, { maxLength: 4 }),
  bytes: fc.nat(900),
  pieceBytes: fc.integer({ min: 1, max: 300 }),
  ending: fc.constantFrom('cut', 'end', 'refuse'),
  isForgotten: fc.boolean(),
});
type Connection = typeof connection extends fc.Arbitrary<infer T> ? T : never;

/** An index that changes from connection to connection. */
class ScriptedIndex {
  readonly rows: Rows = new Map();
  lastSeq = 0;
  #floor = 0;

  apply({ changes, isForgotten }: Connection): void {
    for (const { session, isErased } of changes) {
      this.lastSeq += 1;
      this.rows.set(session, isErased ? -this.lastSeq : this.lastSeq);
    }
    if (!isForgotten) return;
    this.#floor = this.lastSeq;
    for (const [session, seq] of this.rows) if (seq < 0) this.rows.delete(session);
  }

  get truth(): Rows {
    return new Map([...this.rows].filter(([, seq]) => seq > 0));
  }

  /** What a daemon sends to who comes with this cursor. */
  answer({ headers, url }: Received): string {
    const cursor = headers['last-event-id'] === undefined ? undefined : Number(headers['last-event-id']);
    expect(url).toContain('snapshot=1');
    const isContinued = cursor !== undefined && cursor >= this.#floor;
    const reset = this.#aside('reset', { reason: 'cursor_expired', indexSeq: this.lastSeq });
    const sessions = [...this.truth].map(([sessionId, clientCount]) => ({ sessionId, clientCount }));
    const page = { sessions, total: sessions.length, indexSeq: this.lastSeq };
    if (!isContinued) return (cursor === undefined ? '' : reset) + this.#aside('snapshot', page);
    const due = [...this.rows].filter(([, seq]) => Math.abs(seq) > cursor);
    return due
      .sort(([, one], [, other]) => Math.abs(one) - Math.abs(other))
      .map(([sessionId, seq]) => encodeEvent(told(sessionId, seq)))
      .join('');
  }

  #aside(type: string, data: object): string {
    return encodeFrame({ id: this.lastSeq, event: type, data: JSON.stringify(event(undefined, type, data)) });
  }
}

const told = (sessionId: string, seq: number) =>
  seq < 0
    ? event(-seq, 'session_removed', { sessionId })
    : event(seq, 'session_changed', { sessionId, revision: 0, patch: { sessionId, clientCount: seq } });

test('whatever becomes of its connections, a reader of the index comes to know what is there, each change once', async () => {
  const property = fc.asyncProperty(fc.array(connection, { maxLength: 8 }), async (connections) => {
    const index = new ScriptedIndex();
    await using daemon = await startScriptedDaemon(async (request, response, at) => {
      const fate = connections[at];
      if (fate === undefined) {
        index.lastSeq += 1;
        index.rows.set('last', index.lastSeq);
        sendStreamHead(response).write(index.answer(request));
        return;
      }
      index.apply(fate);
      if (fate.ending === 'refuse') return void response.writeHead(503).end();
      const bytes = Buffer.from(index.answer(request)).subarray(0, fate.bytes);
      sendStreamHead(response);
      for (let from = 0; from < bytes.length; from += fate.pieceBytes)
        await new Promise((resolve) => response.write(bytes.subarray(from, from + fate.pieceBytes), resolve));
      if (fate.ending === 'cut') cut(response);
      else response.end();
    });
    const known: Rows = new Map();
    let last = 0;
    const client = new HoldfastClient({ baseUrl: daemon.baseUrl, runtime: testRuntime() });
    for await (const { type, data } of client.watchSessions()) {
      if (type === 'reset') known.clear();
      else if (type === 'snapshot') {
        known.clear();
        for (const { sessionId, clientCount } of data.sessions) known.set(sessionId, clientCount);
        expect(data.indexSeq).toBeGreaterThanOrEqual(last);
        last = data.indexSeq;
      } else if (type === 'session_removed') known.delete(data.sessionId);
      else {
        expect(data.patch.clientCount).toBeGreaterThan(last);
        last = data.patch.clientCount;
        known.set(data.sessionId, data.patch.clientCount);
      }
      if (known.has('last')) break;
    }
    expect(known).toEqual(index.truth);
    expect(daemon.received).toHaveLength(connections.length + 1);
  });
  await fc.assert(property, { numRuns: 100 });
});
