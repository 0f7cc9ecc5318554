import { readFileSync, writeFileSync } from 'node:fs';

/** Changes one bit of a file, within a text that is in it; nobody may have the file open. */
export function flipByteIn(file: string, text: string): void {
  const content = readFileSync(file);
  flipAt(content, placesOf(content, text, file).slice(0, 1), text);
  writeFileSync(file, content);
}

/** The same wherever the text is. */
export function flipBytesIn(file: string, text: string): void {
  const content = readFileSync(file);
  flipAt(content, placesOf(content, text, file), text);
  writeFileSync(file, content);
}

function placesOf(content: Buffer, text: string, file: string): readonly number[] {
  const places: number[] = [];
  for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) places.push(at);
  if (places.length === 0) throw new Error(`${file} has no ${text}`);
  return places;
}

function flipAt(content: Buffer, places: readonly number[], text: string): void {
  for (const place of places) {
    const middle = place + Math.floor(text.length / 2);
    content.writeUInt8(content.readUInt8(middle) ^ 0x01, middle);
  }
}
