import { type Static, Type } from 'typebox';
import { AgentDescriptor } from './agent-descriptor.ts';
import { PermissionPolicy } from './permission.ts';

/** A root the daemon serves. */
export const Workspace = Type.Object({
  id: Type.String(),
  cwd: Type.String(),
  primary: Type.Boolean(),
  trusted: Type.Boolean(),
});
export type Workspace = Static<typeof Workspace>;

const limit = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

/** Limits in force; `null` is none. */
export const Limits = Type.Object({
  maxSessions: limit('Sessions that hold or are acquiring an agent session.'),
  maxTotalSessions: Type.Optional(limit('The same, by the name published clients read.')),
  maxPendingPromptsPerSession: limit('Prompts of a session, the running one included.'),
  maxSubscribersPerSession: limit('Event streams of a session.'),
  maxConnections: limit('Open connections.'),
  bodyLimitBytes: limit('Size of a request body.'),
  sessionRestoreTimeoutMs: Type.Number(),
  sessionIdleTimeoutMs: limit('Idle time after which a session closes.'),
  permissionTimeoutMs: limit('Time after which an unanswered permission request is cancelled.'),
  promptDeadlineMs: limit('Time after which a prompt fails.'),
});
export type Limits = Static<typeof Limits>;

/** What this daemon is and can do; `features` holds only what works. */
export const Capabilities = Type.Object({
  v: Type.Literal(1),
  protocolVersions: Type.Object({ current: Type.Literal('v1'), supported: Type.Array(Type.String()) }),
  mode: Type.Literal('http-bridge'),
  server: Type.Object({ name: Type.String(), version: Type.String() }),
  features: Type.Array(Type.String()),
  agents: Type.Array(AgentDescriptor),
  modelServices: Type.Array(Type.String()),
  workspaceCwd: Type.String(),
  workspaces: Type.Array(Workspace),
  limits: Limits,
  policy: Type.Object({ permission: PermissionPolicy }),
});
export type Capabilities = Static<typeof Capabilities>;
