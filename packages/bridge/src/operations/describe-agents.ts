import { type AgentDescriptor, asDaemonError } from '@holdfast/protocol';
import { locateCommand } from '../agents/definitions.ts';
import type { Core } from '../core.ts';
import type { AgentConnection, AgentDefinition } from '../ports/agents.ts';

/** The agents that can run, and what those that do run said of themselves. */
export function describeAgents(core: Core): AgentDescriptor[] {
  const connections = [...core.registry.awake()].flatMap(({ seat }) => seat.connection ?? []);
  return [...core.agents.definitions.values()].map((definition) => {
    const used = connections.filter(({ agent }) => agent === definition.name);
    return {
      agent: definition.name,
      title: definition.title,
      isDefault: definition.name === core.defaultAgent,
      isolation: definition.isolation,
      ...availability(core, definition),
      ...introduced(used[0]),
      processes: new Set(used.map(({ pid }) => pid)).size,
      sessions: used.length,
    };
  });
}

function availability(
  core: Core,
  definition: AgentDefinition,
): Pick<AgentDescriptor, 'available' | 'unavailableReason'> {
  const [root] = core.workspaces.roots;
  try {
    locateCommand(definition, core.searchPath, root?.cwd ?? '/');
    return { available: true };
  } catch (error) {
    return { available: false, unavailableReason: asDaemonError(error).message };
  }
}

function introduced(
  connection: AgentConnection | undefined,
): Pick<AgentDescriptor, 'abilities' | 'authMethods'> {
  if (connection === undefined) return {};
  const { capabilities, authMethods } = connection.introduction;
  return {
    abilities: {
      loadSession: capabilities.canLoad,
      resumeSession: capabilities.canResume,
      forkSession: capabilities.canFork,
      listSessions: capabilities.canList,
      closeSession: capabilities.canClose,
      deleteSession: false,
      promptImage: capabilities.acceptsImages,
      promptAudio: capabilities.acceptsAudio,
      promptEmbeddedContext: capabilities.acceptsEmbeddedContext,
    },
    // ACP AuthMethod objects, passed on as they came.
    authMethods: authMethods.filter(
      (method): method is Record<string, unknown> => typeof method === 'object' && method !== null,
    ),
  };
}
