import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRecipeName, recipes } from './recipes.ts';

const all = Object.entries(recipes);

describe('recipes', () => {
  it.each(all)('%s is listed under its own name', (name, recipe) => {
    expect(recipe.name).toBe(name);
    expect(isRecipeName(name)).toBe(true);
  });

  it.each(all)('%s cannot be changed by whoever merges over it', (_name, recipe) => {
    for (const part of [recipe, recipe.args, recipe.env, recipe.passEnv]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it.each(all)('%s names each environment variable once and as a shell would', (_name, recipe) => {
    expect(new Set(recipe.passEnv).size).toBe(recipe.passEnv.length);
    for (const variable of [...recipe.passEnv, ...Object.keys(recipe.env)]) {
      expect(variable).toMatch(/^[A-Z][A-Z0-9_]*$/);
    }
  });

  it.each(all)('%s says how to get it', (_name, recipe) => {
    expect(recipe.installHint).toContain(recipe.npmPackage ?? 'comes with Holdfast');
    expect(recipe.bin === null).toBe(recipe.npmPackage === null);
  });

  it('does not take a name of Object.prototype for a recipe', () => {
    expect(isRecipeName('constructor')).toBe(false);
    expect(isRecipeName('__proto__')).toBe(false);
  });

  it('starts the demo agent, which answers initialize and leaves at the end of its input', () => {
    const { command, args } = recipes.demo;
    expect(existsSync(args.at(-1) ?? '')).toBe(true);
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: 1, clientCapabilities: {} },
    };
    const { stdout, status } = spawnSync(command, args, {
      input: `${JSON.stringify(initialize)}\n`,
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ id: 1, result: { protocolVersion: 1 } });
    expect(status).toBe(0);
  });
});
