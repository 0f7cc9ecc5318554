import { fileURLToPath } from 'node:url';
import type { AgentDefinition } from '../ports/agents.ts';

/** How to run a known agent and how to get it; a configured agent of the same name merges over it. */
export interface AgentRecipe extends AgentDefinition {
  /** The npm package that brings it; null for what comes with Holdfast. */
  readonly npmPackage: string | null;
  /** The name of its executable in that package. */
  readonly bin: string | null;
  /** What a person does to have it and be logged in. */
  readonly installHint: string;
  readonly notes?: string;
}

type RecipeName = 'qwen' | 'gemini' | 'claude' | 'codex' | 'opencode' | 'demo';

/** The agents Holdfast knows how to launch (ACP over stdio). */
export const recipes: Readonly<Record<RecipeName, AgentRecipe>> = Object.freeze({
  qwen: recipe({
    name: 'qwen',
    title: 'Qwen Code',
    command: 'qwen',
    args: ['--acp'],
    // Otherwise it starts itself once more to enlarge its heap: one process of 190 MB and 0.8 s more.
    env: { QWEN_CODE_NO_RELAUNCH: 'true' },
    passEnv: [
      ...[
        'OPENAI_API_KEY',
        'OPENAI_BASE_URL',
        'OPENAI_MODEL',
        'DASHSCOPE_API_KEY',
        'DASHSCOPE_PROXY_BASE_URL',
      ],
      ...['QWEN_API_KEY', 'QWEN_BASE_URL', 'QWEN_MODEL', 'QWEN_CODE_MODEL', 'QWEN_DEFAULT_AUTH_TYPE'],
      ...['QWEN_HOME', 'QWEN_RUNTIME_DIR', 'QWEN_CODE_SYSTEM_SETTINGS_PATH'],
      ...['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL'],
      ...['GEMINI_API_KEY', 'GEMINI_MODEL', 'GOOGLE_API_KEY', 'GOOGLE_MODEL', ...googleCloud()],
    ],
    npmPackage: '@qwen-code/qwen-code',
    bin: 'qwen',
    installHint: 'npm install -g @qwen-code/qwen-code, then run qwen once to log in or set OPENAI_API_KEY',
    notes:
      'Starts in its auto mode, in which file edits are not asked for; --approval-mode default asks. A refused tool ends the turn.',
  }),
  gemini: recipe({
    name: 'gemini',
    title: 'Gemini CLI',
    command: 'gemini',
    args: ['--acp'],
    // The relaunching parent costs 165 MB and 0.7 s and does not pass TERM on. The workspace roots are the person's choice.
    env: { GEMINI_CLI_NO_RELAUNCH: 'true', GEMINI_CLI_TRUST_WORKSPACE: 'true' },
    passEnv: [
      ...[
        'GEMINI_API_KEY',
        'GEMINI_MODEL',
        'GOOGLE_API_KEY',
        'GOOGLE_GEMINI_BASE_URL',
        'GOOGLE_VERTEX_BASE_URL',
      ],
      ...['GOOGLE_GENAI_USE_GCA', 'GEMINI_DEFAULT_AUTH_TYPE', 'GEMINI_CLI_HOME', 'GEMINI_CLI_CUSTOM_HEADERS'],
      ...['GEMINI_CLI_SYSTEM_SETTINGS_PATH', ...googleCloud()],
    ],
    npmPackage: '@google/gemini-cli',
    bin: 'gemini',
    installHint: 'npm install -g @google/gemini-cli, then run gemini once to log in or set GEMINI_API_KEY',
    notes:
      'session/load within the minute in which the session began fails and empties its record; later it works, but replays history after its answer.',
  }),
  claude: recipe({
    name: 'claude',
    title: 'Claude Code',
    command: 'claude-agent-acp',
    args: [],
    env: {},
    passEnv: [
      ...['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL'],
      ...[
        'ANTHROPIC_SMALL_FAST_MODEL',
        'ANTHROPIC_CUSTOM_HEADERS',
        'CLAUDE_CODE_OAUTH_TOKEN',
        'CLAUDE_CONFIG_DIR',
      ],
      ...[
        'CLAUDE_CODE_EXECUTABLE',
        'CLAUDE_CODE_USE_BEDROCK',
        'CLAUDE_CODE_USE_VERTEX',
        'CLAUDE_CODE_USE_FOUNDRY',
      ],
      ...[
        'ANTHROPIC_BEDROCK_BASE_URL',
        'ANTHROPIC_VERTEX_BASE_URL',
        'ANTHROPIC_VERTEX_PROJECT_ID',
        'CLOUD_ML_REGION',
      ],
      ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_REGION', 'AWS_PROFILE'],
      ...[
        'AWS_BEARER_TOKEN_BEDROCK',
        'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
        'IS_SANDBOX',
        ...googleCloud(),
      ],
    ],
    npmPackage: '@agentclientprotocol/claude-agent-acp',
    bin: 'claude-agent-acp',
    installHint:
      'npm install -g @agentclientprotocol/claude-agent-acp, then log in with claude or set ANTHROPIC_API_KEY',
    notes: 'Its child process outlives it by up to a second after the end of stdin.',
  }),
  codex: recipe({
    name: 'codex',
    title: 'Codex',
    command: 'codex-acp',
    args: [],
    env: {},
    passEnv: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'CODEX_API_KEY', 'CODEX_HOME'],
    npmPackage: '@agentclientprotocol/codex-acp',
    bin: 'codex-acp',
    installHint:
      'npm install -g @agentclientprotocol/codex-acp, then log in with codex or set OPENAI_API_KEY',
  }),
  opencode: recipe({
    name: 'opencode',
    title: 'OpenCode',
    command: 'opencode',
    args: ['acp'],
    env: {},
    passEnv: [
      ...['OPENCODE_CONFIG', 'OPENCODE_CONFIG_DIR', 'OPENCODE_CONFIG_CONTENT', 'OPENCODE_API_KEY'],
      ...[
        'OPENAI_API_KEY',
        'OPENAI_BASE_URL',
        'ANTHROPIC_API_KEY',
        'ANTHROPIC_BASE_URL',
        'OPENROUTER_API_KEY',
      ],
      ...['GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY', 'GROQ_API_KEY', 'MISTRAL_API_KEY', 'XAI_API_KEY'],
    ],
    npmPackage: 'opencode-ai',
    bin: 'opencode',
    installHint: 'npm install -g opencode-ai, then opencode auth login or set the key of a provider',
  }),
  demo: recipe({
    name: 'demo',
    title: 'Demo agent (scripted, needs no key)',
    ...demoLaunch(),
    env: {},
    passEnv: ['HOLDFAST_DEMO_ARGS', 'HOLDFAST_DEMO_STORE', 'NODE_COMPILE_CACHE'],
    npmPackage: null,
    bin: null,
    installHint: 'comes with Holdfast',
  }),
});

/** Tells whether a name is one of the recipes'. */
export const isRecipeName = (name: string): name is RecipeName => Object.hasOwn(recipes, name);

function recipe(fields: Omit<AgentRecipe, 'isolation'>): AgentRecipe {
  return Object.freeze({
    ...fields,
    args: Object.freeze([...fields.args]),
    env: Object.freeze({ ...fields.env }),
    passEnv: Object.freeze([...fields.passEnv]),
    isolation: 'workspace',
  });
}

function googleCloud(): readonly string[] {
  return [
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GOOGLE_CLOUD_LOCATION',
    'GOOGLE_CLOUD_PROJECT',
    'GOOGLE_GENAI_USE_VERTEXAI',
  ];
}

/** The demo agent is an entry of this package, found by name so that a host may bundle the rest; or it is in the sources. */
function demoLaunch(): Pick<AgentDefinition, 'command' | 'args'> {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = isSource
    ? new URL('../demo-agent/main.ts', import.meta.url)
    : import.meta.resolve('@holdfast/bridge/demo-agent');
  const flags = isSource ? ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'] : [];
  return { command: process.execPath, args: [...flags, fileURLToPath(entry)] };
}
