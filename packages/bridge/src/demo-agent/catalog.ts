import type { AvailableCommand, PermissionOption, PermissionOptionKind, SessionConfigOption } from './acp.ts';
import type { AgentOptions } from './agent-options.ts';

export const MODES = [
  { id: 'ask', name: 'Ask', description: 'Asks before it changes anything' },
  { id: 'code', name: 'Code', description: 'Edits files, asks before it runs commands' },
  { id: 'auto', name: 'Auto', description: 'Does not ask' },
] as const;

export const MODELS = [
  { modelId: 'demo-fast', name: 'Demo Fast', description: 'Answers at once' },
  { modelId: 'demo-deep', name: 'Demo Deep', description: 'Answers at once, too' },
] as const;

export const COMMANDS: readonly AvailableCommand[] = [
  {
    name: 'compact',
    description: 'Forgets the earlier conversation but for a summary',
    input: { hint: 'what to keep' },
  },
  { name: 'help', description: 'Lists the directives of the demo agent' },
];

/** What of a session a client can choose. */
export interface Choices {
  readonly modeId: string;
  readonly modelId: string;
}

/** The choices of a session in all forms that ACP agents use, the legacy `models` included. */
export function describeChoices({ modeId, modelId }: Choices, { switches }: AgentOptions) {
  return {
    modes: switches.has('no-modes') ? undefined : { currentModeId: modeId, availableModes: MODES },
    models: switches.has('no-models') ? undefined : { currentModelId: modelId, availableModels: MODELS },
    configOptions: switches.has('no-config-options') ? undefined : configOptions({ modeId, modelId }),
  };
}

/** The same choices as config options. */
export function configOptions({ modeId, modelId }: Choices): SessionConfigOption[] {
  return [
    {
      id: 'mode',
      name: 'Mode',
      category: 'mode',
      type: 'select',
      currentValue: modeId,
      options: MODES.map(({ id, name, description }) => ({ value: id, name, description })),
    },
    {
      id: 'model',
      name: 'Model',
      category: 'model',
      type: 'select',
      currentValue: modelId,
      options: MODELS.map(({ modelId: value, name, description }) => ({ value, name, description })),
    },
  ];
}

const OPTION_NAMES: Readonly<Record<PermissionOptionKind, string>> = {
  allow_once: 'Allow',
  allow_always: 'Always allow',
  reject_once: 'Reject',
  reject_always: 'Always reject',
};

/** Makes the options of a permission request from a list of kinds; repeated kinds get ids of their own. */
export function permissionOptions(kinds: string): PermissionOption[] {
  const seen = new Map<string, number>();
  return kinds.split(',').flatMap((word) => {
    const kind = PERMISSION_KINDS.find((known) => known === word.trim());
    if (!kind) return [];
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    const suffix = count === 1 ? '' : `-${count}`;
    return [{ optionId: kind.replace('_', '-') + suffix, name: OPTION_NAMES[kind] + suffix, kind }];
  });
}

const PERMISSION_KINDS = ['allow_once', 'allow_always', 'reject_once', 'reject_always'] as const;
