import { describe, expect, it } from 'vitest';
import { given, replayed } from '../testing/given.ts';
import { ann, c } from '../testing/samples.ts';
import type { CommandOf, SessionCommand } from './command.ts';
import { extensionOf } from './decide-extensions.ts';
import { extensionLimits } from './extension-limits.ts';

const idle = [c.create()];
const put = (namespace: string, given: Partial<CommandOf<'put_extension'>> = {}): SessionCommand => ({
  kind: 'put_extension',
  namespace,
  content: { v: 1 },
  sizeBytes: 7,
  ...given,
});
const remove = (namespace: string, given: Partial<CommandOf<'remove_extension'>> = {}): SessionCommand => ({
  kind: 'remove_extension',
  namespace,
  ...given,
});

describe('what a client keeps with a session', () => {
  it('is recorded with its content, told without it, and leaves only its size in the state', () => {
    const after = given(...idle)
      .when(put('editor', { content: { secret: 'kept' }, clientId: ann }))
      .yields(['(extension_put)', 'extension_updated']);
    expect(after.decision.entries[1]?.data).toMatchObject({ namespace: 'editor', revision: 1 });
    expect(after.recorded.at(-1)?.json).not.toContain('kept');
    expect(after.recorded.at(-2)?.json).toContain('kept');
    expect(JSON.stringify(after.state)).not.toContain('kept');
    expect(after.state?.extensions).toEqual({
      edits: 1,
      namespaces: { editor: { revision: 1, sizeBytes: 7 } },
    });
    expect(replayed(after.recorded)).toEqual(after.state);
  });

  it('gets a revision that no other change of the session ever had', () => {
    const { state } = given(...idle, put('a'), put('b'), remove('a'), put('a'));
    expect(state?.extensions.namespaces).toMatchObject({ a: { revision: 4 }, b: { revision: 2 } });
  });

  it('of a closed session changes in silence', () => {
    given(...idle, c.close)
      .when(put('a'))
      .yields(['(extension_put)']);
    given(...idle, put('a'), c.close)
      .when(remove('a'))
      .yields(['(extension_removed)']);
  });

  it('is removed once; removing it again changes nothing', () => {
    const after = given(...idle, put('a'))
      .when(remove('a'))
      .yields(['(extension_removed)', 'extension_updated']);
    expect(after.decision.entries[1]?.data).not.toHaveProperty('revision', expect.anything());
    given(...idle, put('a'), remove('a'))
      .when(remove('a'))
      .yields([]);
  });

  it('is changed only upon the revision that was asked for', () => {
    const twice = [...idle, put('a'), put('b'), put('a')];
    given(...twice)
      .when(put('a', { ifMatch: [1] }))
      .refuses('revision_mismatch', { namespace: 'a', revision: 3 });
    given(...twice)
      .when(put('c', { ifMatch: 'any' }))
      .refuses('revision_mismatch', { namespace: 'c', revision: null });
    given(...twice)
      .when(remove('c', { ifMatch: [1] }))
      .refuses('revision_mismatch');
    given(...twice)
      .when(put('a', { ifMatch: [3] }))
      .yields(['(extension_put)', 'extension_updated']);
  });

  it('never meets what objects have by nature', () => {
    const state = given(...idle).state;
    expect(state && extensionOf(state, 'constructor')).toBeUndefined();
    expect(state && extensionOf(state, '__proto__')).toBeUndefined();
  });
});

describe('a session', () => {
  const names = Array.from({ length: extensionLimits.maxNamespaces }, (_, place) => `n${place}`);

  it('has 32 namespaces at most, and may always change one it has', () => {
    const full = [...idle, ...names.map((name) => put(name))];
    given(...full)
      .when(put('more'))
      .refuses('extension_limit_exceeded', { limit: 'maxNamespaces', max: 32, value: 33 });
    given(...full)
      .when(put('n0'))
      .yields(['(extension_put)', 'extension_updated']);
  });

  it('keeps 1 MiB at most, not counting what is replaced', () => {
    const sizeBytes = 256 * 1024;
    const full = [...idle, ...names.slice(0, 4).map((name) => put(name, { sizeBytes }))];
    given(...full)
      .when(put('more', { sizeBytes: 1 }))
      .refuses('extension_too_large', { limit: 'maxSessionBytes', max: 1_048_576, value: 1_048_577 });
    given(...full)
      .when(put('n0', { sizeBytes }))
      .yields(['(extension_put)', 'extension_updated']);
  });
});
