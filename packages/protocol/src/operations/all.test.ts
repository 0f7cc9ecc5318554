import { describe, expect, test } from 'vitest';
import { isErrorCode } from '../errors/codes.ts';
import { seedFeatureTags } from '../model/feature-tags.ts';
import { operations } from './all.ts';
import type { Operation } from './define-operation.ts';

const everyOperation: readonly (readonly [string, Operation])[] = Object.entries<Operation>(operations);

/** They change nothing: what they ask is too long for a query. */
const asksByPost = new Set(['previewSessions']);

const duplicates = (values: readonly string[]) =>
  values.filter((value, index) => values.indexOf(value) !== index);

describe.each(everyOperation)('%s', (key, operation) => {
  test('goes by its own name', () => {
    expect(operation.name).toBe(key);
  });

  test('declares exactly the parameters of its path', () => {
    const inPath = [...operation.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(operation.params?.properties ?? {}).toSorted()).toEqual(inPath.toSorted());
  });

  test('names only errors of the table, each once', () => {
    expect(operation.errors.filter((code) => !isErrorCode(code))).toEqual([]);
    expect(duplicates(operation.errors)).toEqual([]);
  });

  test('gives codes of its own only to members it reads, and lists them', () => {
    const members = [operation.body, operation.query].flatMap((schema) =>
      Object.keys(schema?.properties ?? {}),
    );
    for (const [member, code] of Object.entries(operation.fieldErrors ?? {})) {
      expect(members).toContain(member);
      expect(operation.errors).toContain(code);
    }
  });

  test('can succeed', () => {
    expect(Object.keys(operation.responses).some((status) => Number(status) < 300)).toBe(true);
  });

  test('reads a body only where HTTP gives it one, and is strict about it only when it is ours', () => {
    if (operation.method === 'GET' || operation.method === 'DELETE') expect(operation.body).toBeUndefined();
    const isStrict =
      operation.body !== undefined &&
      JSON.parse(JSON.stringify(operation.body)).additionalProperties === false;
    if (operation.body !== undefined) expect(isStrict).toBe(!operation.isSeed);
  });

  test('reads when it observes, writes when it changes', () => {
    expect(operation.scope === 'write').toBe(operation.method !== 'GET' && !asksByPost.has(key));
  });

  test('uses keys only where it creates or submits', () => {
    if (operation.idempotency !== undefined) expect(operation.method).toBe('POST');
  });
});

test('no two operations share method and path', () => {
  expect(duplicates(everyOperation.map(([, { method, path }]) => `${method} ${path}`))).toEqual([]);
});

test('published operations are promised by published tags', () => {
  const published: readonly string[] = seedFeatureTags;
  for (const [, { isSeed, tag }] of everyOperation) if (isSeed) expect(published).toContain(tag);
});
