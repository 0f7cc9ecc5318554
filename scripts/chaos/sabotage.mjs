// Loaded into a daemon under test with --import: changes a source of its journal or its requests while it is read.
// The product knows nothing of it. A change that no longer fits the source fails the start, so that it cannot pass unseen.
import { registerHooks } from 'node:module';

const changes = {
  'publish-before-commit': {
    file: '/journal/group-commit.ts',
    from: 'if (this.#waiting.length === 1) this.#options.clock.nextTick(() => this.#writeOneGroup());',
    to: `this.#options.onDurable(commit); resolve();
         if (this.#waiting.length === 1) this.#options.clock.after(150, () => this.#writeOneGroup());`,
    // Told already.
    alsoFrom: 'this.#options.onDurable(waiting.commit);\n',
    alsoTo: '\n',
  },
  'no-dedup': {
    file: '/operations/idempotent-requests.ts',
    from: 'const stored = await this.#journal.findKey(scope, key);',
    to: 'const stored = undefined;',
    alsoFrom: 'const running = this.#running.get(name);',
    alsoTo: 'const running = undefined;',
  },
};

const name = new URL(import.meta.url).searchParams.get('name');
const change = changes[name];
if (change === undefined) throw new Error(`no sabotage called ${name}`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(change.file)) return loaded;
    let source = String(loaded.source);
    for (const [from, to] of [
      [change.from, change.to],
      [change.alsoFrom, change.alsoTo],
    ]) {
      if (!source.includes(from)) throw new Error(`sabotage ${name} does not fit ${url} any more: ${from}`);
      source = source.replace(from, to);
    }
    return { ...loaded, source };
  },
});
