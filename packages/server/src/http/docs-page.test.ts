import { operations } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { testServer } from '../testing/test-server.ts';

test('the page shows every operation to whoever has the address, and runs nothing', async () => {
  const { app } = testServer({});
  const response = await app.inject('/docs');
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(response.headers['content-security-policy']).toContain("default-src 'none'");
  for (const { name, path } of Object.values(operations)) {
    expect(response.body).toContain(`<h2 id="${name}">`);
    expect(response.body).toContain(path);
  }
  expect(response.body).not.toContain('<script');
  await app.close();
});
