import type { ConversationState } from '../ports/agents.ts';
import type { AgentCatalog } from '../ports/session-index.ts';
import { agentCatalog } from './agent-catalog.ts';
import type { ConfigValue, Settings } from './entry.ts';
import type { AgentReportedState, SessionState } from './state.ts';

type Loose = Readonly<Record<string, unknown>>;

/** What an agent reported when its conversation opened, over what was known. */
export function reportedState(known: AgentReportedState, reported: ConversationState): AgentReportedState {
  const { catalog } = known;
  const modes = reported.modes ?? catalog.modes;
  const models = reported.models ?? catalog.models;
  const configOptions = reported.configOptions ?? catalog.configOptions;
  return {
    ...known,
    catalog: agentCatalog({ ...catalog, modes, models, configOptions }),
    currentModeId:
      textIn(modes, 'currentModeId') ?? currentOption(configOptions, 'mode') ?? known.currentModeId,
    currentModelId:
      textIn(models, 'currentModelId') ?? currentOption(configOptions, 'model') ?? known.currentModelId,
  };
}

/** What the agent reports, after settings were applied to it. */
export const withSettings = (
  known: AgentReportedState,
  { modelId, modeId, config = {} }: Settings,
): AgentReportedState => ({
  ...known,
  catalog: withValues(known.catalog, config),
  currentModelId: modelId ?? known.currentModelId,
  currentModeId: modeId ?? known.currentModeId,
});

/** Folds the housekeeping kinds of ACP SessionUpdate; every other kind leaves the state as it is. */
export function evolveAgentState(state: SessionState, update: Loose): SessionState {
  switch (update['sessionUpdate']) {
    case 'session_info_update': {
      const title = update['title'];
      return typeof title === 'string' || title === null ? { ...state, agentTitle: title } : state;
    }
    case 'available_commands_update': {
      const availableCommands = update['availableCommands'];
      if (!Array.isArray(availableCommands)) return state;
      const catalog = agentCatalog({ ...state.agentState.catalog, availableCommands });
      return withAgentState(state, { catalog });
    }
    case 'current_mode_update': {
      const currentModeId = update['currentModeId'];
      return typeof currentModeId === 'string' ? withAgentState(state, { currentModeId }) : state;
    }
    case 'config_option_update': {
      const configOptions = update['configOptions'];
      return {
        ...state,
        agentState: reportedState(state.agentState, { modes: undefined, models: undefined, configOptions }),
      };
    }
    case 'usage_update': {
      const { sessionUpdate: _, ...usage } = update;
      return withAgentState(state, { usage });
    }
    default:
      return state;
  }
}

/** The catalog with other current values of its options. */
function withValues(catalog: AgentCatalog, values: Readonly<Record<string, ConfigValue>>): AgentCatalog {
  const { configOptions } = catalog;
  if (!Array.isArray(configOptions) || Object.keys(values).length === 0) return catalog;
  const changed = configOptions.map((option: unknown) => {
    const id = textIn(option, 'id');
    if (id === null || !Object.hasOwn(values, id)) return option;
    // A text in it makes it an object.
    return { ...(option as Loose), currentValue: values[id] };
  });
  return agentCatalog({ ...catalog, configOptions: changed });
}

const withAgentState = (state: SessionState, change: Partial<AgentReportedState>): SessionState => ({
  ...state,
  agentState: { ...state.agentState, ...change },
});

function textIn(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  // A JSON object of the agent: any member may be anything.
  const member = (value as Loose)[key];
  return typeof member === 'string' ? member : null;
}

/** The current value of the first config option of a category. Source: ACP session config options. */
function currentOption(options: unknown, category: string): string | null {
  if (!Array.isArray(options)) return null;
  const option: unknown = options.find((candidate: unknown) => textIn(candidate, 'category') === category);
  return textIn(option, 'currentValue');
}
