import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a condition holds. @throws Error naming the condition after `timeoutMs` */
export async function until(holds: () => unknown, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${holds}`);
    await pause(10);
  }
}

/** Waits until a list is empty. @throws Error with what is left after `timeoutMs` */
export async function untilNone(list: () => readonly unknown[], timeoutMs = 10_000): Promise<void> {
  await until(() => list().length === 0, timeoutMs).catch((error: unknown) => {
    throw new Error(`left after ${timeoutMs} ms: ${JSON.stringify(list())}`, { cause: error });
  });
}
