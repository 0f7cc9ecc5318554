/** What can be told of a message of which only the beginning was kept. */
export interface MessageGlimpse {
  /** Of a request or a response. */
  readonly id: string | number | undefined;
  /** Of a request or a notification. */
  readonly method: string | undefined;
  readonly agentSessionId: string | undefined;
}

/** Reads what precedes the long part, as JSON-RPC libraries write it: envelope first. */
export function glimpse(head: string): MessageGlimpse {
  const envelope = head.split(/"(?:params|result|error)"\s*:/, 1)[0] ?? '';
  const id = parse(/"id"\s*:\s*(-?\d+|"(?:[^"\\]|\\.)*")/.exec(envelope)?.[1]);
  const method = parse(/"method"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(envelope)?.[1]);
  const agentSessionId = parse(/"sessionId"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(head)?.[1]);
  return {
    id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    method: typeof method === 'string' ? method : undefined,
    agentSessionId: typeof agentSessionId === 'string' ? agentSessionId : undefined,
  };
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // A control character inside the quotes: no JSON, so nothing can be told.
    return undefined;
  }
}
