// Loaded into a daemon under test with --import, `?name=` says which sabotage.
import { registerHooks } from 'node:module';
import { isSabotageName, sabotaged, sabotages } from './sabotages.ts';

const name = new URL(import.meta.url).searchParams.get('name') ?? '';
if (!isSabotageName(name)) throw new Error(`no sabotage is called "${name}"`);
const sabotage = sabotages[name];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/${sabotage.file}`)) return loaded;
    return { ...loaded, source: sabotaged(String(loaded.source), sabotage) };
  },
});
