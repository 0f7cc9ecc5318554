import { describe, expect, it } from 'vitest';
import { bearer } from '../testing/refused.ts';
import { testServer } from '../testing/test-server.ts';

describe('a page of another origin', () => {
  const own = { allowedOrigins: ['https://app.example'] };
  const from = (origin: string) => ({ ...bearer, host: 'localhost:4170', origin });

  it('is let in when it is listed, and may read our headers', async () => {
    const { app } = testServer({}, own);
    const response = await app.inject({ url: '/capabilities', headers: from('https://app.example') });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers': expect.stringContaining('X-Request-Id'),
      vary: 'Origin',
    });
    await app.close();
  });

  it('is answered its preflight without a token', async () => {
    const { app } = testServer({}, own);
    const response = await app.inject({
      method: 'OPTIONS',
      url: '/session',
      headers: {
        host: 'localhost',
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, Holdfast-Client-Id',
      },
    });
    expect([response.statusCode, response.body]).toEqual([204, '']);
    expect(response.headers).toMatchObject({
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': expect.stringContaining('holdfast-client-id'),
      'access-control-max-age': '86400',
    });
    await app.close();
  });

  it.each([
    ['http://localhost:4170', 200],
    ['http://localhost:5173', 403],
    ['https://app.example.evil', 403],
    ['null', 403],
  ])('from %s gets %d', async (origin, status) => {
    const { app } = testServer({}, own);
    expect((await app.inject({ url: '/capabilities', headers: from(origin) })).statusCode).toBe(status);
    await app.close();
  });

  it('can read a refusal it caused', async () => {
    const { app } = testServer({}, own);
    const headers = { ...from('https://app.example'), authorization: '' };
    const response = await app.inject({ url: '/capabilities', headers });
    expect(response.json()).toMatchObject({ error: 'Unauthorized', code: 'unauthorized' });
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'www-authenticate': 'Bearer',
    });
    await app.close();
  });
});
