import { request } from 'node:http';

/** A request as it is written, with headers that `fetch` would not send. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body?: string;
}

/** An answer whose body is JSON, or nothing. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends one request on a connection of its own. */
export function rawRequest(
  baseUrl: string,
  { method = 'POST', path, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const length: Record<string, number> = {};
  if (body !== undefined) length['content-length'] = Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const sent = request(`${baseUrl}${path}`, {
      method,
      agent: false,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...length,
        ...headers,
      },
    });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject).on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text === '' ? {} : JSON.parse(text),
        });
      });
    });
    sent.end(body);
  });
}
