/**
 * The one place where the demo agent names ACP: types come from the official SDK and are erased at run time,
 * because importing the SDK's code costs over 100 ms of start-up and this agent is started hundreds of times.
 */
export type {
  AvailableCommand,
  ContentBlock,
  InitializeResponse,
  NewSessionResponse,
  PermissionOption,
  PermissionOptionKind,
  PlanEntry,
  PlanEntryStatus,
  PromptResponse,
  RequestPermissionRequest,
  SessionConfigOption,
  SessionInfo,
  SessionUpdate,
  StopReason,
  ToolCall,
  ToolKind,
  Usage,
} from '@agentclientprotocol/sdk/unstable';

/** The protocol version this agent speaks. */
export const PROTOCOL_VERSION = 1;

/** JSON-RPC 2.0 §5.1 and ACP's own codes. */
export const RPC_CODE = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  authRequired: -32000,
  resourceNotFound: -32002,
} as const;

/** A failure that is answered as a JSON-RPC error. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}
