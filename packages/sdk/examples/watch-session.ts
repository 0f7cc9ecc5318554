import { createSessionStore, HoldfastClient } from '@holdfast/sdk';

const [sessionId = ''] = process.argv.slice(2);
const client = new HoldfastClient({
  baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:4170',
  token: process.env['HOLDFAST_TOKEN'],
});
const store = createSessionStore(client.session(sessionId));

const stop = store.subscribe(() => {
  const { phase, view, error } = store.getSnapshot();
  const questions = view.pendingPermissions.length;
  console.log(`${phase}: ${view.lastEventId} events, ${questions} open questions ${error?.message ?? ''}`);
  if (phase === 'ended' || phase === 'failed') stop();
});
