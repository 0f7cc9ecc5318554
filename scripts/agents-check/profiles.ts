// What the check must know of each agent: how it is launched against the loopback model server, and where it differs.
import { fileURLToPath } from 'node:url';
import type { AgentConfig } from '@holdfast/bridge';
import { recipes } from '@holdfast/bridge';
import type { InstallableAgent, InstalledAgent } from './install.ts';

export interface AgentProfile {
  /** See InstallRequest. */
  readonly binary?: string;
  /** Follows the recipe's own arguments. */
  readonly extraArgs: readonly string[];
  readonly env: (modelUrl: string) => Readonly<Record<string, string>>;
  /** The call of the tool that writes a file, which is asked for. */
  readonly write: (path: string, content: string) => { readonly tool: string; readonly args: object };
  /** A refused tool ends the turn without another word. */
  readonly isSilentAfterRefusal: boolean;
  /** session/load fails within the minute in which the agent session began. */
  readonly loadsOnlyInLaterMinute: boolean;
  /** It has session/resume beside session/load, so that the daemon never restores by the latter. */
  readonly offersResume: boolean;
}

export const profiles: Readonly<Record<InstallableAgent, AgentProfile>> = {
  qwen: {
    extraArgs: ['--approval-mode', 'default'],
    env: (modelUrl) => ({ OPENAI_API_KEY: 'x', OPENAI_BASE_URL: `${modelUrl}/v1`, OPENAI_MODEL: 'local' }),
    write: (path, content) => ({ tool: 'write_file', args: { file_path: path, content } }),
    isSilentAfterRefusal: true,
    loadsOnlyInLaterMinute: false,
    offersResume: true,
  },
  gemini: {
    extraArgs: [],
    env: (modelUrl) => ({ GEMINI_API_KEY: 'x', GOOGLE_GEMINI_BASE_URL: modelUrl }),
    write: (path, content) => ({ tool: 'write_file', args: { file_path: path, content } }),
    isSilentAfterRefusal: false,
    loadsOnlyInLaterMinute: true,
    offersResume: false,
  },
  claude: {
    extraArgs: [],
    // Without the last one it refuses to work for root outside of a container.
    env: (modelUrl) => ({ ANTHROPIC_API_KEY: 'x', ANTHROPIC_BASE_URL: modelUrl, IS_SANDBOX: '1' }),
    write: (path, content) => ({ tool: 'Write', args: { file_path: path, content } }),
    isSilentAfterRefusal: false,
    loadsOnlyInLaterMinute: false,
    offersResume: true,
  },
  opencode: {
    binary: `opencode-${process.platform}-${process.arch}/bin/opencode`,
    extraArgs: [],
    env: (modelUrl) => ({ OPENCODE_CONFIG_CONTENT: JSON.stringify(openCodeConfig(modelUrl)) }),
    write: (path, content) => ({ tool: 'write', args: { filePath: path, content } }),
    isSilentAfterRefusal: true,
    loadsOnlyInLaterMinute: false,
    offersResume: true,
  },
};

/** Asks before it writes, and knows no model but ours. */
const openCodeConfig = (modelUrl: string) => ({
  model: 'local/local',
  small_model: 'local/local',
  permission: { edit: 'ask', bash: 'ask' },
  autoupdate: false,
  share: 'disabled',
  provider: {
    local: {
      npm: '@ai-sdk/openai-compatible',
      name: 'local',
      options: { baseURL: `${modelUrl}/v1`, apiKey: 'x' },
      models: { local: { name: 'local', tool_call: true, limit: { context: 100_000, output: 8_000 } } },
    },
  },
});

/** The name of the same agent as one without session/resume. */
export const byLoad = (name: string): string => `${name}-by-load`;

/** The same agent without session/resume. */
export function agentEntryByLoad({ command, args = [], ...entry }: AgentConfig): AgentConfig {
  const filter = fileURLToPath(new URL('without-resume.mjs', import.meta.url));
  return { ...entry, command: process.execPath, args: [filter, command ?? '', ...args] };
}

/** The agent's entry in the daemon's configuration file; it merges over the recipe of the same name. */
export function agentEntry(name: InstallableAgent, installed: InstalledAgent, modelUrl: string): AgentConfig {
  const { extraArgs, env } = profiles[name];
  return {
    command: installed.command,
    args: [...installed.leadingArgs, ...recipes[name].args, ...extraArgs],
    env: { ...recipes[name].env, ...env(modelUrl) },
  };
}
