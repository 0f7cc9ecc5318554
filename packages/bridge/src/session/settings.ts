import type { Settings, WantedSettings } from './entry.ts';

/** The choices of a session after a change of them; null forgets one. */
export function settingsAfter(settings: Settings, wanted: WantedSettings): Settings {
  const { modelId = settings.modelId, modeId = settings.modeId } = wanted;
  const kept = Object.entries({ ...settings.config, ...wanted.config }).flatMap(([id, value]) =>
    value === null ? [] : [[id, value] as const],
  );
  return {
    modelId: modelId ?? undefined,
    modeId: modeId ?? undefined,
    config: kept.length === 0 ? undefined : Object.fromEntries(kept),
  };
}
