// Real agents, offline: installed from npm, talking to a loopback model server that answers as the prompt says.
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipes } from '@holdfast/bridge';
import {
  type InstallableAgent,
  installAgent,
  isInstallable,
  pinnedVersions,
} from '../agents-check/install.ts';
import { directive } from '../agents-check/model-directive.ts';
import { type ModelServer, startModelServer } from '../agents-check/model-server.ts';
import { type AgentScript, expectPart } from './agent-script.ts';
import type { AgentEntry } from './daemon-process.ts';

interface Particulars {
  readonly extraArgs: readonly string[];
  env(modelUrl: string): Record<string, string>;
  readonly writeTool: string;
  readonly modeId: string | undefined;
}

/** What differs between the agents; how each is launched otherwise is in its recipe. */
const particulars: Readonly<Record<InstallableAgent, Particulars>> = {
  qwen: {
    // Without it the agent begins in a mode in which it does not ask before it writes.
    extraArgs: ['--approval-mode', 'default'],
    env: (url) => ({ OPENAI_API_KEY: 'x', OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: 'local' }),
    writeTool: 'write_file',
    modeId: 'plan',
  },
  gemini: {
    extraArgs: [],
    env: (url) => ({ GEMINI_API_KEY: 'x', GOOGLE_GEMINI_BASE_URL: url }),
    writeTool: 'write_file',
    modeId: 'plan',
  },
  claude: {
    extraArgs: [],
    env: (url) => ({ ANTHROPIC_API_KEY: 'x', ANTHROPIC_BASE_URL: url, IS_SANDBOX: '1' }),
    writeTool: 'Write',
    modeId: 'plan',
  },
};

export interface PreparedAgent {
  readonly agent: AgentEntry;
  readonly script: AgentScript;
  close(): Promise<void>;
}

/** Installs an agent and starts a model server for it. */
export async function prepareRealAgent(name: string): Promise<PreparedAgent> {
  if (!isInstallable(name)) {
    throw new Error(`agent "${name}" is not one of demo, ${Object.keys(pinnedVersions).join(', ')}`);
  }
  const { npmPackage, bin, args, env } = recipes[name];
  if (npmPackage === null || bin === null) throw new Error(`the recipe of ${name} names no npm package`);
  const installed = await installAgent({ name, npmPackage, bin, version: pinnedVersions[name] });
  const { extraArgs, env: keys } = particulars[name];
  const model = await startModelServer();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-third-party-files-')));
  const fixed = Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
  return {
    agent: {
      name,
      config: {
        command: installed.command,
        args: [...installed.leadingArgs, ...args, ...extraArgs],
        env: { ...fixed, ...keys(model.url) },
      },
    },
    script: realScript(particulars[name], model, folder),
    async close() {
      await model.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function realScript({ writeTool, modeId }: Particulars, model: ModelServer, folder: string): AgentScript {
  // A restored conversation repeats earlier directives; the highest turn is the one in force.
  let turn = 0;
  const next = () => {
    turn += 1;
    return turn;
  };
  return {
    isInstant: false,
    modeId,
    modelId: undefined,
    hasCommands: false,
    answer: (text) => ({
      prompt: directive({ turn: next(), text }),
      confirm: (said) => expectPart(said, text),
    }),
    long: () => ({
      prompt: directive({ turn: next(), length: 20_000, chunk: 20, delayMs: 20 }),
      confirm: () => {},
    }),
    permission(isGranted) {
      const number = next();
      const file = join(folder, `written-${number}.txt`);
      const args = { file_path: file, content: 'hello' };
      return {
        prompt: directive({ turn: number, tool: writeTool, args, text: 'done' }),
        confirm() {
          if (existsSync(file) !== isGranted) {
            throw new Error(isGranted ? 'the file was not written' : 'the file was written all the same');
          }
        },
      };
    },
    recall(earlier) {
      const mark = `asked-${next()}`;
      return {
        prompt: `${mark} ${directive({ turn, text: mark })}`,
        confirm(said) {
          expectPart(said, mark);
          const asked = model.requests.findLast(({ body, tools }) => body.includes(mark) && tools.length > 8);
          expectPart(asked?.body ?? 'no request with this prompt', earlier);
        },
      };
    },
  };
}
