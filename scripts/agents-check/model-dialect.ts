// The shape that every model API is translated to and from.

export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
}

/** A request for an answer, read from one API's body. */
export interface ModelCall {
  readonly model: string;
  readonly isStreamed: boolean;
  readonly messages: readonly ModelMessage[];
  /** The names of the tools on offer. */
  readonly tools: readonly string[];
  /** A JSON schema that the answer has to satisfy, where the request carries one. */
  readonly schema: unknown;
}

export interface ModelUsage {
  readonly input: number;
  readonly output: number;
}

export type ModelReply =
  | {
      readonly kind: 'text';
      readonly id: string;
      readonly model: string;
      readonly usage: ModelUsage;
      readonly pieces: readonly string[];
    }
  | {
      readonly kind: 'tool';
      readonly id: string;
      readonly model: string;
      readonly usage: ModelUsage;
      readonly name: string;
      readonly args: object;
    };

/** Writes one SSE frame; pauses for the directive's delay after text and throws once the client has left. */
export interface FrameWriter {
  frame(payload: unknown, event?: string): Promise<void>;
  pause(): Promise<void>;
}

export interface ModelDialect {
  readonly name: 'openai' | 'gemini' | 'anthropic';
  handles(path: string): boolean;
  read(path: string, body: unknown): ModelCall;
  /** The whole answer, for a request that is not streamed. */
  whole(reply: ModelReply): unknown;
  stream(reply: ModelReply, out: FrameWriter): Promise<void>;
}
