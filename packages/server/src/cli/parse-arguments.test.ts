import { DaemonError } from '@holdfast/protocol';
import { describe, expect, test } from 'vitest';
import type { CommandName } from './command-table.ts';
import { parseArguments } from './parse-arguments.ts';

function refusal(name: CommandName, ...argv: string[]): string {
  try {
    parseArguments(name, argv);
  } catch (error) {
    if (error instanceof DaemonError && error.code === 'invalid_option') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('options', () => {
  test('daemon options and those of the command are told apart', () => {
    const args = parseArguments('serve', [
      '--port',
      '0',
      '--json',
      '--workspace=a',
      '--workspace',
      'b',
      '--no-auth',
    ]);
    expect(args.daemonFlags).toEqual({ port: '0', workspace: ['a', 'b'], noAuth: true });
    expect(args.switches).toEqual({ json: true });
  });

  test('the last of a single option wins', () => {
    expect(parseArguments('serve', ['--port', '1', '--port', '2']).daemonFlags.port).toBe('2');
  });

  test('a negative number is a value, so that it can be refused by its range', () => {
    expect(parseArguments('serve', ['--port', '-5']).daemonFlags.port).toBe('-5');
  });

  test('an unknown option is named with the nearest known one', () => {
    expect(refusal('serve', '--prot', '1')).toBe('--prot is not an option of serve: did you mean --port?');
    expect(refusal('serve', '--max-session=1')).toContain('did you mean --max-sessions?');
    expect(refusal('sessions list', '--zzzzzz')).toBe('--zzzzzz is not an option of sessions list');
    expect(refusal('serve', '-p', '1')).toContain('-p is not an option');
    expect(refusal('serve', '--constructor')).toContain('--constructor is not an option');
  });

  test('a forgotten value is noticed', () => {
    expect(refusal('serve', '--port')).toBe('--port needs a value');
    expect(refusal('serve', '--port', '--json')).toBe('--port needs a value');
    expect(refusal('serve', '--json=yes')).toBe('--json takes no value');
  });

  test('in run, --agent names an agent; in serve it defines one', () => {
    expect(parseArguments('run', ['--agent', 'demo', 'hi']).texts).toEqual({ agent: 'demo' });
    expect(parseArguments('serve', ['--agent', 'a=b']).daemonFlags).toEqual({ agent: ['a=b'] });
  });

  test('a word outside the allowed ones is refused with those', () => {
    expect(refusal('run', '--allow', 'some', 'hi')).toBe('--allow must be one of ask, all, none; got "some"');
  });
});

describe('positionals', () => {
  test('run takes one prompt, as one word of the shell', () => {
    expect(parseArguments('run', ['say hello']).positionals).toEqual(['say hello']);
    expect(parseArguments('run', ['--', '--literally']).positionals).toEqual(['--literally']);
    expect(parseArguments('run', ['-']).positionals).toEqual(['-']);
    expect(refusal('run')).toBe('run needs a PROMPT');
    expect(refusal('run', 'say', 'hello')).toBe('run takes one PROMPT, got also "hello": quote it');
  });

  test('serve takes none', () => {
    expect(refusal('serve', 'now')).toBe('serve takes no "now"');
  });

  test('help is given whatever else is missing', () => {
    expect(parseArguments('run', ['--help']).isHelp).toBe(true);
  });
});
