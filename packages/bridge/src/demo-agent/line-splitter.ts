const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines at 0x0A only: U+2028 and U+2029 may stand inside JSON strings.
 * The returned function takes the next bytes and calls `onLine` for each finished, non-empty line.
 */
export function splitLines(onLine: (line: string) => void): (bytes: Buffer) => void {
  let unfinished: Buffer[] = [];
  return (bytes) => {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      unfinished.push(bytes.subarray(start, end));
      const line = Buffer.concat(unfinished).toString('utf8').trim();
      unfinished = [];
      start = end + 1;
      if (line !== '') onLine(line);
    }
    if (start < bytes.length) unfinished.push(bytes.subarray(start));
  };
}
