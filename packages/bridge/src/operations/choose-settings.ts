import { type ClientId, DaemonError, type EditMetadataBody, type FieldResult } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { ConfigValue, WantedSettings } from '../session/entry.ts';
import type { EditDetails } from '../session/metadata-command.ts';
import { offeredModes } from '../session/offered-modes.ts';
import type { Session } from '../session/session.ts';
import type { SessionState } from '../session/state.ts';
import { setConfigOption, setSessionMode, setSessionModel } from './configure-session.ts';

type ConfigValues = Readonly<Record<string, ConfigValue | null>>;
type Asked = Pick<EditMetadataBody, 'modelId' | 'modeId' | 'config'>;

/** What a client chooses of an agent, sorted by what can be done about it. */
export interface Choices {
  /** Goes into the edit itself. */
  readonly kept: Pick<EditDetails, 'wanted' | 'isFollowed'>;
  /** Results that are known beforehand. */
  readonly results: readonly Result[];
  /** What the agent must be asked for, in order. */
  readonly requests: readonly Request[];
}

interface Request {
  readonly field: Field;
  readonly value: ConfigValue;
  readonly send: (core: Core, session: Session, clientId: ClientId | undefined) => Promise<void>;
  readonly current: Choice['current'];
}

/** A field of the answer; an array is a member of `config`. */
type Field = 'modelId' | 'modeId' | readonly ['config', string];
type Result = readonly [Field, FieldResult];

/** Sorts the choices of an edit. `isAskable`: the session has an agent, and keeps it. */
export function planChoices(state: SessionState, body: Asked, isAskable: boolean): Choices {
  const plan = new Plan(state, isAskable);
  if (body.modelId !== undefined) plan.choose('modelId', body.modelId, modelChoice(body.modelId));
  if (body.modeId !== undefined) plan.chooseMode(body.modeId);
  for (const [id, value] of Object.entries(body.config ?? {})) plan.chooseOption(id, value);
  return plan.choices();
}

/** Asks the agent for what it must be asked for; answers every result. Never throws. */
export async function chooseNow(
  core: Core,
  session: Session,
  { results, requests }: Choices,
  clientId: ClientId | undefined,
): Promise<Pick<EditedFields, 'modelId' | 'modeId' | 'config'>> {
  const all: Result[] = [...results];
  for (const request of requests) all.push([request.field, await attempt(core, session, request, clientId)]);
  const config = all.flatMap(([field, result]) =>
    Array.isArray(field) ? [[field[1], result] as const] : [],
  );
  const resultOf = (name: Field) => all.find(([field]) => field === name)?.[1];
  return {
    modelId: resultOf('modelId'),
    modeId: resultOf('modeId'),
    config: config.length === 0 ? undefined : Object.fromEntries(config),
  };
}

interface EditedFields {
  readonly modelId: FieldResult | undefined;
  readonly modeId: FieldResult | undefined;
  readonly config: Record<string, FieldResult> | undefined;
}

async function attempt(
  core: Core,
  session: Session,
  { value, send, current }: Request,
  clientId: ClientId | undefined,
): Promise<FieldResult> {
  try {
    await send(core, session, clientId);
    return { result: current(session.state) === value ? 'applied' : 'pending', value };
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    const { code, message: reason } = error;
    const value = session.isErased ? null : current(session.state);
    if (code === 'capability_missing') return { result: 'unsupported', value, reason };
    return { result: 'rejected', value, code, reason };
  }
}

class Plan {
  readonly #state: SessionState;
  readonly #isAskable: boolean;
  readonly #results: Result[] = [];
  readonly #requests: Request[] = [];
  #wanted: { modelId?: string | null; modeId?: string | null; config?: ConfigValues } = {};

  constructor(state: SessionState, isAskable: boolean) {
    this.#state = state;
    this.#isAskable = isAskable;
  }

  choices(): Choices {
    const wanted: WantedSettings = this.#wanted;
    const kept = { wanted, isFollowed: this.#requests.length > 0 };
    return { kept, results: this.#results, requests: this.#requests };
  }

  chooseMode(modeId: string | null): void {
    const allowed = offeredModes(this.#state.agentState.catalog);
    if (modeId === null || allowed === undefined || allowed.includes(modeId)) {
      this.choose('modeId', modeId, modeChoice(modeId));
      return;
    }
    const reason = `mode "${modeId}" is not offered; choose one of ${allowed.join(', ')}`;
    const value = this.#state.agentState.currentModeId;
    this.#results.push(['modeId', { result: 'rejected', value, code: 'invalid_mode', reason }]);
  }

  /** An option that is the model or the mode is chosen as such, so that both names mean one thing. */
  chooseOption(id: string, value: ConfigValue | null): void {
    const { configOptions } = this.#state.agentState.catalog;
    const options: readonly unknown[] = Array.isArray(configOptions) ? configOptions : [];
    const option = options.find((offered) => member(offered, 'id') === id);
    const field = ['config', id] as const;
    const isKnowable = this.#isAskable || options.length > 0;
    if (option === undefined && isKnowable && value !== null) {
      const offered = options.map((each) => member(each, 'id')).join(', ') || 'none';
      const reason = `the agent has no config option "${id}"; it has ${offered}`;
      this.#results.push([field, { result: 'unsupported', value: null, reason }]);
      return;
    }
    const category = member(option, 'category');
    if (category === 'model' && typeof value === 'string') this.choose(field, value, modelChoice(value));
    else if (category === 'mode' && typeof value === 'string') this.choose(field, value, modeChoice(value));
    else this.choose(field, value, optionChoice(id, value));
  }

  choose(field: Field, value: ConfigValue | null, choice: Choice): void {
    if (value !== null && this.#isAskable) {
      if (choice.current(this.#state) === value) this.#results.push([field, { result: 'applied', value }]);
      else this.#requests.push({ field, value, send: choice.send, current: choice.current });
      return;
    }
    const { config } = this.#wanted;
    this.#wanted = { ...this.#wanted, ...choice.wanted };
    if (config !== undefined) this.#wanted.config = { ...config, ...choice.wanted.config };
    // A choice that is forgotten changes nothing before the next agent session.
    this.#results.push([
      field,
      { result: value === null && !this.#isAskable ? 'applied' : 'pending', value },
    ]);
  }
}

interface Choice {
  readonly wanted: WantedSettings;
  /** What is in force; null: nothing that is known. */
  readonly current: (state: SessionState) => ConfigValue | null;
  readonly send: Request['send'];
}

const modelChoice = (modelId: string | null): Choice => ({
  wanted: { modelId },
  current: ({ agentState }) => agentState.currentModelId,
  send: (core, { id }, clientId) => setSessionModel(core, id, modelId ?? '', { clientId }),
});

const modeChoice = (modeId: string | null): Choice => ({
  wanted: { modeId },
  current: ({ agentState }) => agentState.currentModeId,
  send: async (core, { id }, clientId) => void (await setSessionMode(core, id, modeId ?? '', { clientId })),
});

const optionChoice = (id: string, value: ConfigValue | null): Choice => ({
  wanted: { config: { [id]: value } },
  current({ agentState: { catalog } }) {
    const { configOptions } = catalog;
    const options: readonly unknown[] = Array.isArray(configOptions) ? configOptions : [];
    const current = member(
      options.find((option) => member(option, 'id') === id),
      'currentValue',
    );
    return typeof current === 'string' || typeof current === 'boolean' ? current : null;
  },
  send: (core, session, clientId) =>
    setConfigOption(core, session.id, { id, value: value ?? '' }, { clientId }),
});

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
