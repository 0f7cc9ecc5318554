// A host to be killed: opens a bridge at the folder argv[2], makes a session, sends the script argv[3], queues the script
// argv[4], prints the session's id and then every event a reader gets, a JSON line each.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseSessionId } from '@holdfast/protocol';
import { createBridge } from '../create-bridge.ts';

const [folder = '', first = '', second = ''] = process.argv.slice(2);
const bridge = await createBridge({
  stateDir: join(folder, 'state'),
  workspaces: [folder],
  agents: { demo: { env: { HOLDFAST_DEMO_STORE: join(folder, 'store') } } },
});
const caller = { principal: 'local', isLocal: true };
const { answer } = await bridge.createSession({ sessionScope: 'thread' }, caller);
const sessionId = parseSessionId(answer.sessionId);
if (sessionId === undefined) throw new Error('a session id is a UUID');
writeSync(1, `${JSON.stringify({ sessionId })}\n`);
for (const text of [first, second]) {
  const { release } = await bridge.promptSession(sessionId, { prompt: [{ type: 'text', text }] }, caller);
  release();
}
const reader = await bridge.subscribe(sessionId, { after: 0 });
let cursor = 0;
let ring = () => {};
reader.watch(() => ring());
for (;;) {
  const news = new Promise<void>((resolve) => {
    ring = resolve;
  });
  const batch = await reader.read(cursor, { maxEvents: 100, maxBytes: 1e6 });
  for (const { json } of batch) writeSync(1, `${json}\n`);
  cursor = batch.at(-1)?.seq ?? cursor;
  if (batch.length === 0) await news;
}
