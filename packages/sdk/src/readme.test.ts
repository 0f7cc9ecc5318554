import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

test.each(['first-prompt', 'steer-session', 'watch-session', 'watch-sessions'])(
  'the README shows the compiled example %s',
  async (name) => {
    expect(await read('README.md')).toContain(await read(`examples/${name}.ts`));
  },
);
