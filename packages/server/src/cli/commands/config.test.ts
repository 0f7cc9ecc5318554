import { expect, test } from 'vitest';
import { resolveConfig } from '../../config/resolve-config.ts';
import { effectiveEntries } from './config.ts';

test('no secret is shown, wherever it is configured', () => {
  const agents = {
    mine: {
      command: 'agent',
      args: ['--api-key', 'sesame1', '--auth-token=sesame2', '--acp', 'plain'],
      env: { API_KEY: 'sesame3', GONE: null },
    },
  };
  const config = resolveConfig({
    flags: {},
    env: { HOLDFAST_TOKEN: 'sesame4' },
    file: { path: '/etc/hf.json', options: {}, agents },
    cwd: '/here',
    homeDir: '/home/me',
  });
  const entries = effectiveEntries(config);
  expect(JSON.stringify(entries)).not.toContain('sesame');
  expect(entries['token']).toEqual({ value: '***', source: 'environment' });
  expect(entries['agents']).toEqual({
    value: {
      mine: {
        command: 'agent',
        args: ['--api-key', '***', '--auth-token=***', '--acp', 'plain'],
        env: { API_KEY: '***', GONE: null },
      },
    },
    source: 'file',
  });
});
