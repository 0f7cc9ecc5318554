import type { AgentCatalog } from '../ports/session-index.ts';

/** The ids of the modes an agent offers, as modes or as a config option; undefined where it lists none. */
export function offeredModes({
  modes,
  configOptions,
}: Pick<AgentCatalog, 'modes' | 'configOptions'>): readonly string[] | undefined {
  const listed = member(modes, 'availableModes');
  if (Array.isArray(listed)) return textsOf(listed, 'id');
  const option = items(configOptions).find((candidate) => member(candidate, 'category') === 'mode');
  const choices = member(option, 'options');
  if (!Array.isArray(choices)) return undefined;
  // ACP groups the choices of an option, or lists them flat.
  return textsOf([...choices, ...choices.flatMap((choice) => items(member(choice, 'options')))], 'value');
}

function textsOf(values: readonly unknown[], key: string): string[] {
  return values.flatMap((value) => {
    const text = member(value, key);
    return typeof text === 'string' ? [text] : [];
  });
}

const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
