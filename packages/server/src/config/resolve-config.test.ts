import { DaemonError } from '@holdfast/protocol';
import { describe, expect, test } from 'vitest';
import { parseConfigFile } from './config-file.ts';
import { envName, flagName, optionNames, optionTable } from './option-table.ts';
import { type ConfigInputs, resolveConfig } from './resolve-config.ts';

function resolved(given: Partial<Omit<ConfigInputs, 'file'>> & { readonly file?: object } = {}) {
  const file = given.file && parseConfigFile(JSON.stringify(given.file), '/etc/hf/holdfast.config.json');
  return resolveConfig({ flags: {}, env: {}, cwd: '/here', homeDir: '/home/me', ...given, file });
}

function refusal(given: Parameters<typeof resolved>[0]): DaemonError {
  try {
    resolved(given);
  } catch (error) {
    if (error instanceof DaemonError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('sources', () => {
  test('a flag wins over a variable, that over the file, that over the default', () => {
    const file = { maxSessions: 3 };
    const env = { HOLDFAST_MAX_SESSIONS: '2' };
    expect(resolved().options.maxSessions).toBe(32);
    expect(resolved({ file }).options.maxSessions).toBe(3);
    expect(resolved({ file, env }).options.maxSessions).toBe(2);
    const all = resolved({ file, env, flags: { maxSessions: '1' } });
    expect([all.options.maxSessions, all.sources.maxSessions]).toEqual([1, 'flag']);
  });

  test('every option has a flag, a variable and a reason, and no two share a spelling', () => {
    expect(new Set(optionNames.map(flagName)).size).toBe(optionNames.length);
    expect(new Set(optionNames.map(envName)).size).toBe(optionNames.length);
    for (const name of optionNames) expect(optionTable[name].meaning, name).toMatch(/\w/);
  });

  test('an empty variable says nothing', () => {
    expect(resolved({ env: { HOLDFAST_PORT: '' } }).sources.port).toBe('default');
  });

  test('a misspelt variable of ours is pointed out', () => {
    expect(resolved({ env: { HOLDFAST_MAX_SESSION: '2' } }).notices).toEqual([
      'HOLDFAST_MAX_SESSION means nothing here: did you mean HOLDFAST_MAX_SESSIONS?',
    ]);
  });
});

describe('values', () => {
  test.each(['-1', '1.5', 'NaN', 'Infinity', '1e3', '0x10', '', ' 1', 'many'])(
    '%j is no number of sessions',
    (text) => {
      const error = refusal({ flags: { maxSessions: text } });
      expect(error.code).toBe('invalid_option');
      expect(error.message).toBe(
        `--max-sessions must be a whole number of sessions from 1 to 100000; got ${JSON.stringify(text)}`,
      );
    },
  );

  test.each([-1, 1.5, '5', null, true, 0])('%j in the file is no number of sessions', (maxSessions) => {
    expect(refusal({ file: { maxSessions } }).message).toContain(`"maxSessions" must be a whole number`);
  });

  test('both ends of a range belong to it', () => {
    expect(resolved({ flags: { port: '0' } }).options.port).toBe(0);
    expect(resolved({ flags: { port: '65535' } }).options.port).toBe(65_535);
    expect(refusal({ flags: { port: '65536' } }).message).toContain('from 0 to 65535; got "65536"');
  });

  test('a duration longer than a timer can wait is cut, and said so', () => {
    const config = resolved({ env: { HOLDFAST_PROMPT_DEADLINE_MS: '99999999999' } });
    expect(config.options.promptDeadlineMs).toBe(2_147_483_647);
    expect(config.notices).toEqual([
      'HOLDFAST_PROMPT_DEADLINE_MS 99999999999 is longer than a timer can wait; using 2147483647',
    ]);
  });

  test('a choice that does not exist is refused with those that do', () => {
    expect(refusal({ flags: { journalSync: 'never' } }).message).toBe(
      '--journal-sync must be one of acks, full, normal; got "never"',
    );
  });

  test('lists come from repeated flags, separated variables and arrays', () => {
    expect(resolved({ flags: { workspace: ['a', '/b'] } }).workspaces).toEqual(['/here/a', '/b']);
    expect(resolved({ env: { HOLDFAST_WORKSPACE: '/a:/b' } }).workspaces).toEqual(['/a', '/b']);
    expect(resolved({ file: { workspace: ['src', '~/x'] } }).workspaces).toEqual([
      '/etc/hf/src',
      '/home/me/x',
    ]);
    expect(resolved({ env: { HOLDFAST_ALLOW_ORIGIN: 'https://a,https://b' } }).options.allowOrigin).toEqual([
      'https://a',
      'https://b',
    ]);
    expect(resolved().workspaces).toEqual(['/here']);
    const file = { agents: { near: { command: 'a', cwd: 'b' }, home: { command: 'a', cwd: '~/b' } } };
    expect(resolved({ file }).agents).toMatchObject({
      near: { cwd: '/etc/hf/b' },
      home: { cwd: '/home/me/b' },
    });
  });
});

describe('agents', () => {
  test('a command is quoted as in a shell', () => {
    const { agents } = resolved({
      flags: { agent: [`mine=/opt/my agent/run`, `other='/opt/my agent' --say "a b"`] },
    });
    expect(agents).toEqual({
      mine: { command: '/opt/my', args: ['agent/run'] },
      other: { command: '/opt/my agent', args: ['--say', 'a b'] },
    });
  });

  test('those of the command line come first and keep what the file says besides', () => {
    const file = {
      agents: { first: { command: 'a' }, mine: { command: 'b', args: ['x'], env: { KEY: 'v' } } },
    };
    const { agents } = resolved({ file, flags: { agent: ['mine=c'] } });
    expect(Object.entries(agents)).toEqual([
      ['mine', { command: 'c', args: [], env: { KEY: 'v' } }],
      ['first', { command: 'a' }],
    ]);
  });

  test.each(['mine', '=cmd', 'mine=', 'mine=  ', 'two words=cmd', "mine='open"])('%j is refused', (agent) => {
    expect(refusal({ flags: { agent: [agent] } }).code).toBe('invalid_option');
  });

  test('the same name twice is refused', () => {
    expect(refusal({ flags: { agent: ['a=b', 'a=c'] } }).message).toContain('defines a twice');
  });

  test.each([
    [{ agents: [] }, '"agents"'],
    [{ agents: { a: 'cmd' } }, 'must be an object'],
    [{ agents: { a: { comand: 'x' } } }, 'did you mean "command"?'],
    [{ agents: { a: { command: 1 } } }, '"command" must be the executable; got 1'],
    [{ agents: { a: { command: 'x', env: { K: 1 } } } }, '"env"'],
    [{ agents: { a: { isolation: 'none' } } }, '"isolation" must be "workspace" or "session"'],
    [{ agents: { 'a b': { command: 'x' } } }, 'agent "a b"'],
  ])('%j is refused', (file, part) => {
    expect(refusal({ file }).message).toContain(part);
  });
});

describe('the file', () => {
  test('an unknown key is refused with the nearest known one', () => {
    expect(refusal({ file: { maxSesions: 1 } }).message).toContain('did you mean "maxSessions"?');
  });

  test('a key of every object is no option', () => {
    expect(() => parseConfigFile('{"__proto__": 1}', '/f')).toThrow('is not an option');
    expect(refusal({ file: { constructor: 1 } }).code).toBe('invalid_option');
  });

  test('a token is sent to where it belongs', () => {
    expect(refusal({ file: { token: 'secret' } }).message).toContain('"tokenFile"');
  });

  test('what is no JSON object is refused', () => {
    for (const text of ['{', '[]', '"x"', 'null']) {
      expect(() => parseConfigFile(text, '/f')).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    }
  });
});

describe('state directory and token', () => {
  test('the state directory follows XDG_STATE_HOME when that is absolute', () => {
    expect(resolved().stateDir).toBe('/home/me/.local/state/holdfast');
    expect(resolved({ env: { XDG_STATE_HOME: '/var/state' } }).stateDir).toBe('/var/state/holdfast');
    expect(resolved({ env: { XDG_STATE_HOME: 'relative' } }).stateDir).toBe('/home/me/.local/state/holdfast');
    expect(resolved({ flags: { stateDir: 'st' } }).stateDir).toBe('/here/st');
  });

  test('the token comes from the flag, else HOLDFAST_TOKEN, else the file, else it is generated', () => {
    const env = { HOLDFAST_TOKEN: 't' };
    expect(resolved({ env, flags: { tokenFile: 'tk' } }).token).toEqual({ kind: 'file', path: '/here/tk' });
    expect(resolved({ env, file: { tokenFile: 'tk' } }).token).toEqual({ kind: 'environment', token: 't' });
    expect(resolved({ file: { tokenFile: 'tk' } }).token).toEqual({ kind: 'file', path: '/etc/hf/tk' });
    expect(resolved({ flags: { stateDir: '/st' } }).token).toEqual({ kind: 'generated', path: '/st/token' });
  });
});

describe('exposure', () => {
  test.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])('%s may go without a token', (host) => {
    expect(resolved({ flags: { host, noAuth: true } }).token).toEqual({ kind: 'none' });
  });

  test.each(['0.0.0.0', '::', '192.168.0.1', 'example.org', '127.0.0.1.example.org'])(
    '%s may not',
    (host) => {
      expect(refusal({ flags: { host, noAuth: true } }).message).toContain(`--host is ${host}`);
      expect(resolved({ flags: { host } }).host).toBe(host);
    },
  );
});
