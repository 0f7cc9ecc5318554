import type { SeededRandom } from './seeded-random.ts';

const scripts = {
  say: () => '/say hello',
  burst: (random: SeededRandom) => `/burst count=${random.between(20, 400)} bytes=${random.between(8, 200)}`,
  stream: (random: SeededRandom) =>
    `/stream count=${random.between(5, 60)} bytes=32 every-ms=${random.between(1, 8)}`,
  tools: () => '/thought hmm\n/plan steps=2\n/tool title="Look" ms=15\n/diff bytes=300\n/usage used=10',
  sleep: (random: SeededRandom) => `/say before\n/sleep ms=${random.between(10, 400)}\n/say after`,
  permission: (random: SeededRandom) => `/permission count=${random.between(1, 3)}\n/say asked`,
  deaf: (random: SeededRandom) => `/ignore-cancel ms=${random.between(20, 150)}\n/sleep ms=200\n/say done`,
  late: () => '/say soon\n/late-updates count=3 after-ms=10',
  noise: () => '/noise no json here\n/unknown-update\n/stray-update\n/say still fine',
  grandchildren: (random: SeededRandom) =>
    `/grandchildren count=1 session=${random.pick(['same', 'new'])} ignore-term\n/say born`,
  error: () => '/error code=-32603 message="no more"',
  crash: (random: SeededRandom) => `/crash signal=SIGKILL after=${random.between(0, 5)}`,
  halfLine: () => '/half-line',
} as const;

/** What a prompt has the demo agent do: mostly ordinary work, now and then what agents should not do. */
export function promptScript(random: SeededRandom): string {
  const name = random.weighted({
    ...{ say: 6, burst: 8, stream: 10, tools: 6, sleep: 6, permission: 6, deaf: 2, late: 2, noise: 2 },
    ...{ grandchildren: 2, error: 1, crash: 0.4, halfLine: 0.2 },
  });
  return scripts[name](random);
}
