import { get, type IncomingMessage } from 'node:http';
import type { Daemon } from './daemon-lab.ts';

/** A reader of a session that keeps nothing but where it stands: for streams too long to remember. */
export interface IdReader {
  /** Id of the last event received. */
  lastId(): number;
  /** Places where an id did not follow the one before it. */
  breaks(): readonly string[];
  /** Takes no more bytes from the socket. */
  stall(): void;
  resume(): void;
  leave(): void;
}

/** Reads a session from its first event on; a stalled one takes nothing at all from its socket. */
export async function openIdReader(
  { ready, token }: Daemon,
  sessionId: string,
  { isStalled = false }: { readonly isStalled?: boolean } = {},
): Promise<IdReader> {
  const headers = { authorization: `Bearer ${token()}` };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${ready.url}/session/${sessionId}/events?after=0`, { agent: false, headers }, resolve).on(
      'error',
      reject,
    );
  });
  let lastId = 0;
  let rest = '';
  const breaks: string[] = [];
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('id:')) continue;
      const id = Number(line.slice(3));
      if (id !== lastId + 1) breaks.push(`${lastId} → ${id}`);
      lastId = id;
    }
  };
  response.setEncoding('utf8').on('error', () => {});
  const reader: IdReader = {
    lastId: () => lastId,
    breaks: () => breaks,
    stall: () => void response.socket.pause(),
    resume: () => {
      response.socket.resume();
      response.resume();
    },
    leave: () => void response.destroy(),
  };
  if (isStalled) reader.stall();
  response.on('data', take);
  if (isStalled) response.pause();
  return reader;
}
