import { RPC_CODE, RpcError } from './acp.ts';

/** The params of a message, not yet believed. */
export type Params = Readonly<Record<string, unknown>>;

/** Tells an object from everything else that JSON can hold. */
export const isObject = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a required string. @throws RpcError -32602 when it is missing or of another type. */
export function stringParam(params: Params, name: string): string {
  const value = params[name];
  if (typeof value === 'string') return value;
  throw new RpcError(RPC_CODE.invalidParams, `${name} must be a string; got ${JSON.stringify(value)}`);
}
