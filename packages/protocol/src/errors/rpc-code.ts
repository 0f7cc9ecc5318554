/** JSON-RPC and ACP error numbers, and what an agent means by them. Source: JSON-RPC 2.0 §5.1, ACP ErrorCode. */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  authRequired: -32000,
  resourceNotFound: -32002,
  requestCancelled: -32800,
} as const;

export type RpcMeaning = keyof typeof rpcCodes;

const meanings: ReadonlyMap<number, RpcMeaning> = /* @__PURE__ */ new Map(
  // Object.entries widens the keys of the table above to string.
  /* @__PURE__ */ Object.entries(rpcCodes).map(([meaning, code]) => [code, meaning as RpcMeaning]),
);

/** Names an error number of an agent; undefined for one of its own. */
export const rpcMeaning = (code: number): RpcMeaning | undefined => meanings.get(code);

/** Tells whether a failed load or resume may mean that the agent does not know the conversation: they disagree about the number. */
export const mayMeanUnknownSession = (code: number): boolean =>
  code === rpcCodes.invalidParams || code === rpcCodes.internalError || code === rpcCodes.resourceNotFound;
