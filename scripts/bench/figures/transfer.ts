import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Bench } from '../bench.ts';
import { RawConnection, requestBytes } from '../raw-http.ts';
import type { Row } from '../row.ts';
import { nowMs } from '../statistics.ts';
import type { Target } from '../target.ts';
import { stalls } from './stalls.ts';

/** One long session read by page, exported and imported: the rows of P12 that tell of it. */
export async function transfer(bench: Bench, target: Target): Promise<readonly Row[]> {
  const events = bench.options.isSmoke ? 2_000 : 100_000;
  const sessionId = await longSession(bench, target, events);
  const file = join(bench.newFolder('export'), 'session.jsonl');
  const many = `${events.toLocaleString('en-US')} events`;
  const rows: Row[] = [];
  const row = (what: string, unit: string, measured: number) =>
    rows.push({ figure: 'P12', what, unit, measured });
  const stall = async () => rows.push(...(await stalls(target)));

  await target.ask('watch');
  row(
    `messages of a session of ${many}, all pages of turns`,
    'ms',
    await readAll(target, sessionId, 'turns'),
  );
  row('… all pages as recorded, 1,000 a page', 'ms', await readAll(target, sessionId, 'raw'));
  await stall();
  for (const format of ['jsonl', 'json', 'md'] as const) {
    await target.ask('watch');
    row(
      `export of ${many} as ${format}`,
      'ms',
      await exported(target, sessionId, format, `${file}.${format}`),
    );
    await stall();
  }
  await target.ask('watch');
  const tookMs = await imported(target, `${file}.jsonl`);
  row(`import of ${many}, ${Math.round(statSync(`${file}.jsonl`).size / 2 ** 20)} MB`, 'ms', tookMs);
  await stall();
  return rows;
}

async function longSession(bench: Bench, target: Target, events: number): Promise<string> {
  const sessionId = await target.createSession();
  const path = `/session/${sessionId}/events`;
  const turns = 20;
  for (let turn = 0; turn < turns; turn += 1) {
    const group = await bench.readers.open({ port: target.port, path, count: 1, until: 'turn_complete' });
    await target.prompt(sessionId, `/burst count=${Math.ceil(events / turns)} bytes=100`);
    await group.finished();
    group.close();
  }
  return sessionId;
}

async function readAll(target: Target, sessionId: string, view: string): Promise<number> {
  const connection = await RawConnection.open(target.port);
  const startedAt = nowMs();
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const path = `/session/${sessionId}/messages?view=${view}&limit=1000&after=${after}`;
    const { status, body } = await connection.send(requestBytes('GET', path));
    if (status !== 200) throw new Error(`GET ${path} was answered with ${status}`);
    after = /"nextCursor":"([^"]+)"/.exec(body)?.[1];
  }
  const tookMs = nowMs() - startedAt;
  connection.close();
  return tookMs;
}

function exported(target: Target, sessionId: string, format: string, file: string): Promise<number> {
  const startedAt = nowMs();
  const path = `/session/${sessionId}/export?format=${format}`;
  return new Promise((resolve, reject) => {
    request({ port: target.port, host: '127.0.0.1', path }, (response) => {
      if (response.statusCode !== 200)
        return reject(new Error(`an export was answered with ${response.statusCode}`));
      pipeline(response, createWriteStream(file)).then(() => resolve(nowMs() - startedAt), reject);
    })
      .on('error', reject)
      .end();
  });
}

function imported(target: Target, file: string): Promise<number> {
  const startedAt = nowMs();
  const headers = { 'content-type': 'application/x-ndjson' };
  return new Promise((resolve, reject) => {
    const upload = request(
      { port: target.port, host: '127.0.0.1', path: '/sessions/import', method: 'POST', headers },
      (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 201) resolve(nowMs() - startedAt);
          else reject(new Error(`an import was answered with ${response.statusCode}`));
        });
      },
    ).on('error', reject);
    pipeline(createReadStream(file), upload).catch(reject);
  });
}
