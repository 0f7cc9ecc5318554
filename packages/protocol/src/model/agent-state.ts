import { type Static, Type } from 'typebox';
import { loose } from './loose.ts';
import { JsonObject } from './primitives.ts';

/** What became of the agent's memory of a conversation. */
export const Context = Type.Enum(['native', 'reseeded', 'fresh', 'unchanged'], {
  description:
    '`native`: the agent restored it itself; `reseeded`: the next prompt is preceded by our transcript; `fresh`: the agent remembers nothing; `unchanged`: not touched.',
});
export type Context = Static<typeof Context>;

export const AvailableModel = loose(
  Type.Object({
    modelId: Type.String(),
    name: Type.String(),
    description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
);
export type AvailableModel = Static<typeof AvailableModel>;

export const AvailableMode = loose(
  Type.Object({
    id: Type.String(),
    name: Type.String(),
    description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
);
export type AvailableMode = Static<typeof AvailableMode>;

/** Models, modes and options as the agent reports them for a session. Source: ACP NewSessionResponse. */
export const AgentState = loose(
  Type.Object({
    models: Type.Optional(
      loose(Type.Object({ currentModelId: Type.String(), availableModels: Type.Array(AvailableModel) })),
    ),
    modes: Type.Optional(
      loose(Type.Object({ currentModeId: Type.String(), availableModes: Type.Array(AvailableMode) })),
    ),
    configOptions: Type.Optional(Type.Array(JsonObject)),
    _meta: Type.Optional(JsonObject),
  }),
);
export type AgentState = Static<typeof AgentState>;

/** A slash command of the agent. Source: ACP AvailableCommand. */
export const AvailableCommand = loose(
  Type.Object({
    name: Type.String(),
    description: Type.Optional(Type.String()),
    input: Type.Optional(Type.Union([loose(Type.Object({ hint: Type.String() })), Type.Null()])),
  }),
);
export type AvailableCommand = Static<typeof AvailableCommand>;
