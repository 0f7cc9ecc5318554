import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { SseDecoder, type SseMessage } from '@holdfast/protocol';

/** A reader of an event stream over a real socket, which a test can stop and start. */
export interface StreamClient {
  readonly response: IncomingMessage;
  /** Every byte received, as text. */
  text(): string;
  /** Every complete event received. */
  messages(): readonly SseMessage[];
  /** Ids of the recorded events received. */
  ids(): readonly number[];
  /** Stops taking bytes from the socket. */
  stall(): void;
  resume(): void;
  /** Leaves without a word. */
  leave(): void;
  /** Resolves when the stream is over; true when it ended properly. */
  readonly ended: Promise<boolean>;
}

/** Opens a stream; `url` has the path. */
export async function openStreamClient(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<StreamClient> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request: ClientRequest = get(
      url,
      { agent: false, headers: { authorization: 'Bearer secret', ...headers } },
      resolve,
    );
    request.on('error', reject);
  });
  const decoder = new SseDecoder();
  const received: Buffer[] = [];
  const messages: SseMessage[] = [];
  response.on('data', (bytes: Buffer) => {
    received.push(bytes);
    messages.push(...decoder.push(bytes));
  });
  response.on('error', () => {});
  const ended = new Promise<boolean>((resolve) => response.once('close', () => resolve(response.complete)));
  return {
    response,
    text: () => Buffer.concat(received).toString(),
    messages: () => messages,
    ids: () => messages.flatMap(({ data }) => idOf(data)),
    stall: () => void response.pause(),
    resume: () => void response.resume(),
    leave: () => void response.destroy(),
    ended,
  };
}

function idOf(json: string): readonly number[] {
  const envelope: unknown = JSON.parse(json);
  const hasId = typeof envelope === 'object' && envelope !== null && 'id' in envelope;
  return hasId && typeof envelope.id === 'number' ? [envelope.id] : [];
}
