import { Agent, request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { testServer } from '../testing/test-server.ts';

/** Statuses of requests on one connection, in order. */
function connection(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return (path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request(
        `${url}${path}`,
        { agent, headers: { authorization: 'Bearer secret' } },
        (answer) => answer.resume().on('end', () => resolve(answer.statusCode)),
      );
      asked.on('error', reject).end();
    });
}

it('a connection that comes during a shortage may only ask how the daemon is, until the shortage is over', async () => {
  let shortage: string | undefined;
  const server = testServer({}, { shortage: () => shortage });
  onTestFinished(() => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const early = connection(url);
  expect(await early('/capabilities')).toBe(200);
  shortage = 'nothing is left';
  const late = connection(url);
  expect(await late('/livez')).toBe(200);
  expect(await late('/readyz')).toBe(503);
  expect(await late('/capabilities')).toBe(503);
  expect(await early('/capabilities')).toBe(200);
  shortage = undefined;
  expect(await late('/readyz')).toBe(200);
  expect(await late('/capabilities')).toBe(200);
  expect(server.lines.filter((line) => line.includes('new connections are'))).toHaveLength(2);
  shortage = 'again';
  expect(await late('/capabilities')).toBe(200);
});
