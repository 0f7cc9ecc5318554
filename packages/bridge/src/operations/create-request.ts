import { type CreateSessionBody, DaemonError, parseSessionId, type SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { PromptBlock, Settings } from '../session/entry.ts';
import type { EditableMetadata } from '../session/metadata.ts';
import { unknownSession } from '../session/registry.ts';
import { checkedAlias, checkedLabels } from './checked-metadata.ts';
import { checkedName } from './update-metadata.ts';

/** What a create asks for, resolved. */
export interface CreateRequest {
  readonly sessionId: SessionId | undefined;
  readonly cwd: string;
  readonly workspace: string;
  readonly agent: string;
  readonly scope: 'single' | 'thread';
  readonly displayName: string | null;
  /** What people write about a new session; one that is attached to keeps its own. */
  readonly metadata: Partial<EditableMetadata>;
  readonly parentSessionId: SessionId | null;
  readonly mcpServers: readonly Readonly<Record<string, unknown>>[];
  readonly settings: Settings;
  readonly prompt: readonly PromptBlock[] | undefined;
}

/** Checks a create against what this daemon has. @throws invalid_session_scope, invalid_session_id, agent_not_found, … */
export async function resolveRequest(core: Core, body: CreateSessionBody): Promise<CreateRequest> {
  const { cwd, workspace } = await core.workspaces.locate(body.cwd);
  const agent = body.agent ?? core.defaultAgent;
  if (!core.agents.definitions.has(agent)) {
    const known = [...core.agents.definitions.keys()];
    throw new DaemonError(
      'agent_not_found',
      `agent "${agent}" is not configured; choose one of ${known.join(', ')}`,
      {
        agent,
        agents: known,
      },
    );
  }
  const isOwn =
    body.sessionId !== undefined ||
    body.parentSessionId !== undefined ||
    body.mcpServers !== undefined ||
    body.prompt !== undefined;
  if (body.sessionScope === 'single' && isOwn) {
    throw new DaemonError(
      'invalid_session_scope',
      'sessionScope "single" cannot stand beside sessionId, parentSessionId, mcpServers or prompt; leave it out',
    );
  }
  const scope = body.sessionScope ?? (isOwn ? 'thread' : core.limits.sessionScope);
  const parentSessionId =
    body.parentSessionId === undefined ? null : await knownParent(core, body.parentSessionId);
  return {
    sessionId: body.sessionId === undefined ? undefined : ownSessionId(body.sessionId),
    cwd,
    workspace,
    agent,
    scope,
    displayName: checkedName(body.displayName ?? null),
    metadata: { alias: checkedAlias(body.alias ?? null), labels: checkedLabels(body.labels ?? []) },
    parentSessionId,
    mcpServers: body.mcpServers ?? [],
    settings: { modelId: body.modelId ?? body.modelServiceId, modeId: body.modeId ?? body.approvalMode },
    prompt: body.prompt,
  };
}

/** Two creates with the same target are one session. */
export function targetOf({ sessionId, scope, cwd, agent }: CreateRequest): string | undefined {
  if (sessionId !== undefined) return `id ${sessionId}`;
  return scope === 'single' ? `single ${agent} ${cwd}` : undefined;
}

function ownSessionId(text: string): SessionId {
  const sessionId = parseSessionId(text);
  if (sessionId !== undefined) return sessionId;
  throw new DaemonError('invalid_session_id', `sessionId must be a UUID; got "${text}"`, { sessionId: text });
}

async function knownParent(core: Core, text: string): Promise<SessionId> {
  const parent = ownSessionId(text);
  if ((await core.index.find(parent)) === undefined) throw unknownSession(parent);
  return parent;
}
