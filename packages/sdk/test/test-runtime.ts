import { type Runtime, webRuntime } from '../src/runtime/web-runtime.ts';

/** A runtime whose keys count and whose jitter is chosen; its timers are real, and with 0 fire at once. */
export function testRuntime(random = 0): Runtime {
  let keys = 0;
  return { ...webRuntime, random: () => random, newKey: () => `key-${++keys}` };
}

/** A runtime whose timers fire when the test says so. */
export function manualRuntime(): Runtime & { readonly waitsMs: number[]; fire(): void } {
  const tasks = new Set<() => void>();
  const waitsMs: number[] = [];
  return {
    ...testRuntime(),
    waitsMs,
    after(delayMs, task) {
      waitsMs.push(delayMs);
      tasks.add(task);
      return () => void tasks.delete(task);
    },
    fire() {
      const due = [...tasks];
      tasks.clear();
      for (const task of due) task();
    },
  };
}
