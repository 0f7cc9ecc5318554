import { operations } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { bearer } from '../testing/refused.ts';
import { testServer } from '../testing/test-server.ts';
import { featureTags } from './features.ts';

describe('what the daemon says of itself', () => {
  it('is public for probes and the document, with a reason when something is wrong', async () => {
    const { app } = testServer({ readiness: () => ({ isReady: false, reason: 'journal is full' }) });
    const answers = await Promise.all(
      ['/health', '/livez', '/readyz', '/openapi.json'].map((url) => app.inject(url)),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 200, 503, 200]);
    expect(answers[0]?.json()).toEqual({ status: 'degraded', reason: 'journal is full' });
    await app.close();
  });

  it('counts in depth when asked', async () => {
    const { app } = testServer({});
    expect((await app.inject('/health')).json()).toEqual({ status: 'ok' });
    expect((await app.inject('/health?deep=1')).json()).toEqual({
      status: 'ok',
      sessions: 0,
      pendingPermissions: 0,
      activePrompts: 0,
      connectedClients: 0,
      uptimeMs: expect.any(Number),
    });
    await app.close();
  });

  it('describes every operation it serves, and nothing else', async () => {
    const { app } = testServer({});
    const document = (await app.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries<Record<string, { operationId: string }>>(document.paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, { operationId }]) => [operationId, method, path]),
    );
    const declared = Object.values(operations).map(({ name, method, path }) => [
      name,
      method.toLowerCase(),
      path.replace(/:(\w+)/g, '{$1}'),
    ]);
    expect(described.sort()).toEqual(declared.sort());
    await app.close();
  });

  it('promises only what it serves', async () => {
    const open = testServer({}, { auth: null });
    const shut = testServer({}, { allowedOrigins: ['https://app.example'] });
    const features = async ({ app }: typeof open): Promise<string[]> =>
      (await app.inject({ url: '/capabilities', headers: bearer })).json().features;
    const [of, sf] = [await features(open), await features(shut)];
    for (const { tag } of Object.values(operations)) expect(of).toContain(tag);
    expect(of).toEqual([...of].sort());
    expect(sf.filter((tag) => !of.includes(tag))).toEqual(['allow_origin', 'require_auth']);
    await open.app.close();
    await shut.app.close();
  });

  it('takes back a promise with the operation that keeps it', () => {
    const conditions = { isAuthRequired: false, hasAllowedOrigins: false, hasPromptDeadline: true };
    const all = featureTags(Object.values(operations), conditions);
    const rest = featureTags(
      Object.values(operations).filter(({ tag }) => tag !== 'session_prompt'),
      conditions,
    );
    expect(all.filter((tag) => !rest.includes(tag))).toEqual([
      'non_blocking_prompt',
      'prompt_absolute_deadline',
      'session_prompt',
    ]);
  });
});
