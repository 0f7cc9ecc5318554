import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { SseDecoder, type SseMessage } from './decode.ts';
import { encodeComment, encodeFrame } from './encode.ts';

const single = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replace(/[\r\n\0]/g, ''));
const frame = fc.record(
  {
    id: fc.nat().map(String),
    event: single.filter((text) => text !== ''),
    data: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: ['data'] },
);
const cuts = fc.array(fc.nat({ max: 4000 }), { maxLength: 40 });
const lineEnd = fc.constantFrom('\n', '\r', '\r\n');

const normalised = (text: string) => text.replace(/\r\n|\r/g, '\n');

function pieces<T extends { length: number; slice(start: number, end: number): T }>(
  whole: T,
  at: number[],
): T[] {
  const ends = [...new Set(at.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
  return [...ends, whole.length].map((end, index) => whole.slice(ends[index - 1] ?? 0, end));
}

const decodeAll = (chunks: readonly (string | Uint8Array)[]): SseMessage[] => {
  const decoder = new SseDecoder();
  return chunks.flatMap((chunk) => decoder.push(chunk));
};

function expected(frames: readonly { id?: string; event?: string; data: string }[]): SseMessage[] {
  let lastEventId = '';
  return frames.map(({ id, event, data }) => {
    lastEventId = id ?? lastEventId;
    return { lastEventId, event: event ?? 'message', data: normalised(data) };
  });
}

describe('what was encoded is decoded', () => {
  test.prop([fc.array(frame, { maxLength: 8 }), cuts, lineEnd, fc.boolean()])(
    'from bytes, under any chunking and any line end',
    (frames, at, end, hasMark) => {
      const text = frames.map((each) => encodeFrame(each) + encodeComment('beat')).join('');
      const bytes = new TextEncoder().encode((hasMark ? '\ufeff' : '') + text.replaceAll('\n', end));
      expect(decodeAll(pieces(bytes, at))).toEqual(expected(frames));
    },
  );

  test.prop([fc.array(frame, { maxLength: 8 }), cuts, lineEnd])(
    'from strings likewise',
    (frames, at, end) => {
      const text = frames.map(encodeFrame).join('').replaceAll('\n', end);
      expect(decodeAll(pieces(text, at))).toEqual(expected(frames));
    },
  );
});

const soup = fc.array(
  fc.oneof(
    fc.constantFrom('\r', '\n', ':', ' ', 'data', 'id', 'event', 'retry', '\0', '\ufeff'),
    fc.string(),
  ),
  { maxLength: 60 },
);

describe('whatever comes', () => {
  test.prop([fc.array(fc.uint8Array({ maxLength: 40 }))])('bytes never make it throw', (chunks) => {
    decodeAll(chunks);
  });

  test.prop([soup, cuts])('chunking changes nothing', (parts, at) => {
    const text = parts.join('');
    const whole = decodeAll([text]);
    expect(decodeAll(pieces(text, at))).toEqual(whole);
    expect(decodeAll(pieces(new TextEncoder().encode(text), at))).toEqual(whole);
  });

  test.prop([soup, cuts, fc.integer({ min: 1, max: 30 })])(
    'no message exceeds the limit, cut or whole',
    (parts, at, maxEventChars) => {
      const decoder = new SseDecoder({ maxEventChars });
      const messages = pieces(parts.join(''), at).flatMap((chunk) => decoder.push(chunk));
      for (const { data } of messages) expect(data.length).toBeLessThanOrEqual(maxEventChars);
    },
  );
});
