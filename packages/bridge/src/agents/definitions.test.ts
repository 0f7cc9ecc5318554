import { describe, expect, it } from 'vitest';
import type { AgentDefinition } from '../ports/agents.ts';
import { agentEnvironment, resolveDefinitions } from './definitions.ts';

const recipe: AgentDefinition = {
  name: 'qwen',
  title: 'Qwen Code',
  command: 'qwen',
  args: ['--acp'],
  env: { A: '1', B: '2' },
  passEnv: ['OPENAI_API_KEY'],
  isolation: 'workspace',
};

describe('configured agents', () => {
  it('merge over the recipe of their name, member by member and variable by variable', () => {
    const definitions = resolveDefinitions([recipe], {
      qwen: { command: '/opt/qwen', env: { B: null, C: '3' } },
    });
    expect(definitions.get('qwen')).toEqual({
      ...recipe,
      command: '/opt/qwen',
      env: { A: '1', B: null, C: '3' },
    });
  });

  it('stand beside the recipes under a name of their own', () => {
    const definitions = resolveDefinitions([recipe], {
      mine: { command: 'x', isolation: 'session', cwd: '/srv' },
    });
    expect([...definitions.keys()]).toEqual(['qwen', 'mine']);
    expect(definitions.get('mine')).toMatchObject({
      title: 'mine',
      args: [],
      isolation: 'session',
      cwd: '/srv',
    });
  });

  it('without a command and a recipe are refused', () => {
    expect(() => resolveDefinitions([recipe], { mine: {} })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });
});

describe('the environment of an agent', () => {
  it('takes away what its definition nulls, also from the common variables', () => {
    const host = { PATH: '/bin', HOME: '/root', OPENAI_API_KEY: 'k', TOKEN: 't' };
    expect(agentEnvironment({ ...recipe, env: { HOME: null, X: 'y' } }, host)).toEqual({
      PATH: '/bin',
      OPENAI_API_KEY: 'k',
      X: 'y',
    });
  });
});
