import { readFileSync, writeFileSync } from 'node:fs';

/** Changes one bit of a file, within a text that is in it; nobody may have the file open. */
export function flipByteIn(file: string, text: string): void {
  const content = readFileSync(file);
  const place = content.indexOf(text);
  if (place < 0) throw new Error(`${file} has no ${text}`);
  const middle = place + Math.floor(text.length / 2);
  content.writeUInt8(content.readUInt8(middle) ^ 0x01, middle);
  writeFileSync(file, content);
}
