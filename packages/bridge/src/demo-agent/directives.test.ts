import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { agentFlags, readAgentOptions } from './agent-options.ts';
import { DIRECTIVES } from './directive-table.ts';
import { DirectiveError, parseScript } from './directives.ts';

const directivesOf = (text: string) => {
  const script = parseScript(text);
  return script.kind === 'script' ? script.directives : script.kind;
};

describe('a script', () => {
  test('is read from top to bottom with defaults filled in', () => {
    expect(directivesOf('/burst count=3\n/sleep')).toEqual([
      { name: 'burst', args: { count: 3, bytes: 32 } },
      { name: 'sleep', args: { ms: 1000 } },
    ]);
  });

  test('takes the rest of the line where a directive takes text', () => {
    expect(directivesOf('/say count=3 "as it" stands')).toEqual([
      { name: 'say', args: { text: 'count=3 "as it" stands' } },
    ]);
  });

  test('reads quoted values as JSON strings and keys alone as flags', () => {
    expect(directivesOf('/permission title="Say \\"hi\\" = now" announce=no')).toMatchObject([
      { args: { title: 'Say "hi" = now', announce: 'no', count: 1 } },
    ]);
    expect(directivesOf('/grandchildren count=2 ignore-term session=new')).toMatchObject([
      { args: { count: 2, 'ignore-term': true, session: 'new', stdio: 'ignore' } },
    ]);
  });

  test('may have comments around its directives and blanks before them', () => {
    expect(directivesOf('please do this\r\n   /say hi  \r\nthank you')).toEqual([
      { name: 'say', args: { text: 'hi' } },
    ]);
  });

  test.each([
    ['/brust count=3', 'unknown directive /brust'],
    ['/say hi\n/brust', 'unknown directive /brust'],
    ['/burst size=3', 'count, bytes'],
    ['/burst count=many', 'count is a number (whole)'],
    ['/burst count=-1', 'count is a number (whole)'],
    ['/burst count', 'count needs a value'],
    ['/burst constructor=1', 'count, bytes'],
    ['/tool status=gone', 'status is one of completed, failed; got gone'],
    ['/error message="open', 'no JSON string'],
  ])('%j is refused with its reason', (text, reason) => {
    expect(() => parseScript(text)).toThrow(DirectiveError);
    expect(() => parseScript(text)).toThrow(reason);
  });
});

test.each([
  'hello',
  '',
  'what is in\n/etc/passwd',
  '/usr/bin is a folder',
  'see\n/notes for more',
  '/Say hi',
])('%j is a plain prompt', (text) => {
  expect(parseScript(text)).toEqual({ kind: 'plain' });
});

describe('the flags', () => {
  test('come from the environment first, then from the command line, with values after = or a space', () => {
    const options = readAgentOptions(['--init-delay-ms', '20', '--start-stderr=a b'], {
      HOLDFAST_DEMO_ARGS: ' --no-load  --init-delay-ms=10 ',
    });
    expect([...options.switches]).toEqual(['no-load']);
    expect([...options.numbers]).toEqual([['init-delay-ms', 20]]);
    expect(options.startStderr).toBe('a b');
  });

  test.each([[['--nope']], [['--init-delay-ms']], [['--init-delay-ms', 'x']]])('%j is refused', (argv) => {
    expect(() => readAgentOptions(argv, {})).toThrow(RangeError);
  });
});

test('the README names every directive and every flag', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const missing = [
    ...Object.keys(DIRECTIVES).map((name) => `\`/${name}`),
    ...agentFlags.map((flag) => `\`${flag}`),
  ];
  expect(missing.filter((word) => !readme.includes(word))).toEqual([]);
});
