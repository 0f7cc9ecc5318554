import type { TObject, TSchema } from 'typebox';
import type { ErrorCode } from '../errors/codes.ts';
import type { FeatureTag } from '../model/feature-tags.ts';

/** Who may call: `public` needs no token; `read` observes; `write` changes. */
export type Scope = 'public' | 'read' | 'write';

/** One operation of the wire, stated once. Route, validation, OpenAPI, authorisation, SDK call and docs derive from it. */
export interface Operation {
  /** The word for it everywhere: operationId, SDK method, docs. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with `:name` parameters. */
  readonly path: string;
  readonly summary: string;
  readonly params?: TObject;
  readonly query?: TObject;
  /** Body schema; a missing body is `{}` where `isSeed`. */
  readonly body?: TObject;
  /** Instead of a JSON body: JSON lines (`application/x-ndjson`) that are read as they arrive. */
  readonly upload?: 'jsonl';
  /** Success responses by status; `null` is an empty body; `'stream'` is `text/event-stream`; `'download'` a file; `'text'` a page. */
  readonly responses: Readonly<Record<number, TSchema | null | 'stream' | 'download' | 'text'>>;
  /** The code of a schema violation in a member of body or query, where it is not `invalid_request`. */
  readonly fieldErrors?: Readonly<Record<string, ErrorCode>>;
  /** Codes particular to this operation; the general ones (protocol §1) go without saying. */
  readonly errors: readonly ErrorCode[];
  readonly scope: Scope;
  /** Feature tag of `/capabilities` that promises this operation. */
  readonly tag: FeatureTag;
  /** A ★ row: shape and leniency of the published session protocol (unknown body keys ignored). */
  readonly isSeed: boolean;
  /** How an `Idempotency-Key` acts: `join` waits for a running twin, `refuse` answers 409. Absent: the key is ignored. */
  readonly idempotency?: 'join' | 'refuse';
}

/** Declares an operation, keeping its exact types for those who derive from it. */
export const defineOperation = <const O extends Operation>(operation: O): O => Object.freeze(operation);
