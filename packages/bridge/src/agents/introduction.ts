import type { AgentIntroduction } from '../ports/agents.ts';
import { isRecord, type JsonRecord } from './records.ts';

/**
 * What the daemon asks of an agent and offers it: no file system, no terminals; whoever declares to understand
 * compactions is told how they ended (ACP initialization, session.compaction).
 */
export const initializeParams = (client: { readonly name: string; readonly version: string }) => ({
  protocolVersion: 1,
  clientCapabilities: {
    fs: { readTextFile: false, writeTextFile: false },
    terminal: false,
    session: { compaction: {} },
  },
  clientInfo: { name: client.name, version: client.version },
});

/** Reads an agent's answer to `initialize`; undefined when it speaks no ACP v1. */
export function parseIntroduction(answer: unknown): AgentIntroduction | undefined {
  if (!isRecord(answer) || answer['protocolVersion'] !== 1) return undefined;
  const capabilities = section(answer, 'agentCapabilities');
  const sessions = section(capabilities, 'sessionCapabilities');
  const prompts = section(capabilities, 'promptCapabilities');
  const { authMethods, agentInfo } = answer;
  const steering = section(section(answer, '_meta'), 'steering');
  return {
    protocolVersion: 1,
    capabilities: {
      canLoad: capabilities['loadSession'] === true,
      canResume: isOffered(sessions['resume']),
      canFork: isOffered(sessions['fork']),
      canClose: isOffered(sessions['close']),
      canList: isOffered(sessions['list']),
      canInject: steering['supported'] === true,
      acceptsEmbeddedContext: prompts['embeddedContext'] === true,
      acceptsImages: prompts['image'] === true,
      acceptsAudio: prompts['audio'] === true,
    },
    authMethods: Array.isArray(authMethods) ? authMethods : [],
    agentInfo: agentInfo ?? null,
  };
}

function section(parent: JsonRecord, name: string): JsonRecord {
  const child = parent[name];
  return isRecord(child) ? child : {};
}

/** A session capability is an object where it is offered; drafts said `true`. */
const isOffered = (capability: unknown) => isRecord(capability) || capability === true;
