import { expect, test } from 'vitest';
import { sizeText } from './size-text.ts';

test('sizes are shown in the unit that leaves them short', () => {
  expect([0, 1, 1023, 1024, 1536, 10 * 1024 ** 2, 3 * 1024 ** 3, 2 ** 60].map(sizeText)).toEqual([
    ...['0 B', '1 B', '1023 B', '1.0 KiB', '1.5 KiB', '10.0 MiB', '3.0 GiB', '1048576 TiB'],
  ]);
});
