// The reference of a replay: reads a session's rows straight from the SQLite file and writes their bytes to the socket.
//   node row-server.mjs PORT FILE
import { once } from 'node:events';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';

const [port, file] = process.argv.slice(2);
const seqSpan = 2 ** 32;
const database = new DatabaseSync(file, { readOnly: true });
const streamOf = database.prepare('SELECT stream FROM streams WHERE session_id = ?');
const page = database.prepare(
  `SELECT k & ${seqSpan - 1}, type, json FROM events WHERE k > ? AND k < ? ORDER BY k LIMIT 1000`,
);
page.setReturnArrays(true);

createServer(async (request, response) => {
  const [, sessionId] = /^\/session\/([^/?]+)\/events/.exec(request.url) ?? [];
  if (sessionId === undefined) return response.end('ok');
  const { stream } = streamOf.get(sessionId);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let last = 0;
  for (;;) {
    const rows = page.all(stream * seqSpan + last, (stream + 1) * seqSpan);
    if (rows.length === 0) break;
    let frames = '';
    for (const [seq, type, json] of rows) {
      frames += `id: ${seq}\nevent: ${type}\ndata: ${json}\n\n`;
      last = seq;
    }
    if (!response.write(frames)) await once(response, 'drain');
  }
  response.end(`event: replay_complete\ndata: {"lastEventId":${last}}\n\n`);
}).listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
