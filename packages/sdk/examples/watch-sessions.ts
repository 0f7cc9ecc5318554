import { HoldfastClient } from '@holdfast/sdk';

const client = new HoldfastClient({
  baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:4170',
  token: process.env['HOLDFAST_TOKEN'],
});
const titles = new Map<string, string>();

for await (const { type, data } of client.watchSessions({ state: 'running' })) {
  if (type === 'snapshot') {
    titles.clear();
    for (const { sessionId, title } of data.sessions) titles.set(sessionId, title ?? sessionId);
  }
  if (type === 'session_changed') {
    const { sessionId, state, title } = data.patch;
    if (state === 'running') titles.set(sessionId, title ?? sessionId);
    else titles.delete(sessionId);
  }
  if (type === 'session_removed') titles.delete(data.sessionId);
  console.log(`${titles.size} running: ${[...titles.values()].join(', ')}`);
}
