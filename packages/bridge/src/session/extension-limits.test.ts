import { describe, expect, it } from 'vitest';
import { measuredContent } from './extension-limits.ts';

const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<unknown>((inner) => ({ inner }), 1);
const wide = (members: number): unknown =>
  Object.fromEntries(Array.from({ length: members }, (_, place) => [`k${place}`, 0]));
const refusal = (content: unknown): unknown => {
  try {
    return measuredContent(content);
  } catch (thrown) {
    return thrown;
  }
};

describe('the content of an extension', () => {
  it.each([
    ['null', null, 4],
    ['a text, in bytes of UTF-8', 'é', 4],
    ['an empty object', {}, 2],
    ['32 levels', nested(32), JSON.stringify(nested(32)).length],
    ['512 members', wide(512), JSON.stringify(wide(512)).length],
    ['4096 values', Array(4095).fill(0), 8191],
    ['256 KiB', 'x'.repeat(262_142), 262_144],
  ])('may be %s', (_, content, sizeBytes) => {
    expect(measuredContent(content)).toBe(sizeBytes);
  });

  it.each([
    ['deeper', nested(33), 'extension_limit_exceeded', { limit: 'maxDepth', max: 32, value: 33 }],
    ['wider', wide(513), 'extension_limit_exceeded', { limit: 'maxKeys', max: 512, value: 513 }],
    [
      'fuller',
      Array(4096).fill(0),
      'extension_limit_exceeded',
      { limit: 'maxNodes', max: 4096, value: 4097 },
    ],
    [
      'larger',
      'x'.repeat(262_143),
      'extension_too_large',
      { limit: 'maxBytes', max: 262_144, value: 262_145 },
    ],
  ])('is not %s: the refusal names the limit and the value', (_, content, code, details) => {
    expect(refusal(content)).toMatchObject({ code, details });
  });

  it('may be so deep that a recursive walk would overflow, and is refused like any other', () => {
    expect(refusal(nested(200_000))).toMatchObject({ details: { limit: 'maxDepth', value: 33 } });
  });
});
