// Holds a session in this very process: no daemon, no HTTP. Give `stateDir` a path to keep sessions over restarts.
import { type Caller, createBridge, type Subscription } from '@holdfast/bridge';
import { type Envelope, isTurnTerminal, parseSessionId } from '@holdfast/protocol';

const bridge = await createBridge({ stateDir: null, workspaces: [process.cwd()], defaultAgent: 'demo' });
const caller: Caller = { principal: 'local', isLocal: true };
const created = await bridge.createSession({ sessionScope: 'thread' }, caller);
const sessionId = parseSessionId(created.answer.sessionId);
if (sessionId === undefined) throw new Error('a session id is a UUID');

const prompt = [{ type: 'text', text: 'Hello! What can you do?' }];
const admission = await bridge.promptSession(sessionId, { prompt }, caller);
const reader = await bridge.subscribe(sessionId, { after: admission.answer.lastEventId });
admission.release();
for await (const { type, data } of eventsOf(reader)) {
  console.log(type, JSON.stringify(data));
  if (isTurnTerminal(type)) break;
}
await bridge.close();

/** Every event once and in order: what is recorded first, then each as it is committed. */
async function* eventsOf({ after, read, watch, leave }: Subscription): AsyncGenerator<Envelope> {
  let ring = () => {};
  const stopWatching = watch(() => ring());
  try {
    for (let cursor = after; ; ) {
      // Asked for before reading, so that a commit during the read is heard.
      const news = new Promise<void>((resolve) => {
        ring = resolve;
      });
      const batch = await read(cursor, { maxEvents: 500, maxBytes: 1_000_000 });
      for (const { json } of batch) yield JSON.parse(json);
      cursor = batch.at(-1)?.seq ?? cursor;
      if (batch.length === 0) await news;
    }
  } finally {
    stopWatching();
    leave();
  }
}
