/** What agents report of themselves, as large as real ones do. */
const offers = (name: string, models: number, modes: readonly string[]) => ({
  modes: {
    currentModeId: modes[0],
    availableModes: modes.map((id) => ({ id, name: id, description: `${name} works in the mode ${id}.` })),
  },
  models: {
    currentModelId: `${name}-1`,
    availableModels: Array.from({ length: models }, (_, nth) => ({
      modelId: `${name}-${nth + 1}`,
      name: `${name} ${nth + 1}`,
      description: `A model of ${name}, number ${nth + 1}, for tasks of that size.`,
    })),
  },
  configOptions: null,
});

export const agents = {
  demo: { modes: null, models: null, configOptions: null },
  qwen: offers('qwen', 4, ['plan', 'default', 'auto-edit', 'yolo']),
  gemini: offers('gemini', 6, ['default', 'autoEdit', 'yolo']),
  claude: offers('claude', 5, ['default', 'acceptEdits', 'plan', 'bypassPermissions']),
} as const;
