// Real agents, offline: installed from npm, talking to a loopback model server that answers as the prompt says.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentConfig, recipes } from '@holdfast/bridge';
import { installAgent, isInstallable, pinnedVersions } from '../agents-check/install.ts';
import { directive } from '../agents-check/model-directive.ts';
import { type ModelServer, startModelServer } from '../agents-check/model-server.ts';
import { type AgentProfile, agentEntry, profiles } from '../agents-check/profiles.ts';
import { type AgentScript, expectPart } from './agent-script.ts';

export interface PreparedAgent {
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly script: AgentScript;
  close(): Promise<void>;
}

/** Installs an agent and starts a model server for it. */
export async function prepareRealAgent(name: string): Promise<PreparedAgent> {
  if (!isInstallable(name)) {
    throw new Error(`agent "${name}" is not one of demo, ${Object.keys(pinnedVersions).join(', ')}`);
  }
  const { npmPackage, bin } = recipes[name];
  if (npmPackage === null || bin === null) throw new Error(`the recipe of ${name} names no npm package`);
  const { binary } = profiles[name];
  const installed = await installAgent({ name, npmPackage, bin, binary, version: pinnedVersions[name] });
  const model = await startModelServer();
  return {
    agents: { [name]: agentEntry(name, installed, model.url) },
    script: realScript(profiles[name], model),
    close: () => model.close(),
  };
}

function realScript({ write }: AgentProfile, model: ModelServer): AgentScript {
  // A restored conversation repeats earlier directives; the highest turn is the one in force.
  let turn = 0;
  const next = () => {
    turn += 1;
    return turn;
  };
  return {
    isInstant: false,
    // All of them have it, under the published name.
    modeId: 'plan',
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
    permission(isGranted, folder) {
      const number = next();
      const file = join(folder, `written-${number}.txt`);
      return {
        prompt: directive({ turn: number, ...write(file, 'hello'), text: 'done' }),
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
