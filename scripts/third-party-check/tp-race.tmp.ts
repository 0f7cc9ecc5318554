import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { DaemonClient, DaemonSessionClient } from '@qwen-code/sdk/daemon';
import { Daemon } from '/work/main/scripts/agents-check/daemon.ts';
import { Watch } from '/work/main/scripts/third-party-check/watch.ts';
const folder = realpathSync(mkdtempSync('/tmp/tp-race-'));
const daemon = new Daemon(folder, {}, { agentIdleTimeoutMs: 60000 });
await daemon.start();
const N = Number(process.argv[2] ?? 400);
let head = 0; let sent = 0; let body = 0;
const f: typeof fetch = async (u, i) => { if (String(u).endsWith('/prompt')) sent = performance.now(); const r = await fetch(u, i); if (String(u).endsWith('/prompt')) { head = performance.now(); const j = r.json.bind(r); (r as any).json = async () => { const v = await j(); body = performance.now(); return v; }; } return r; };
const client = new DaemonClient({ baseUrl: daemon.url, token: daemon.token, fetch: f });
const s = await DaemonSessionClient.createOrAttach(client, { workspaceCwd: daemon.workspace, sessionScope: 'thread' });
const w = new Watch(s);
let done = 0; let terminal = 0; let termTs = 0;
const od = (s as any)._dispatchTurnEvent.bind(s); (s as any)._dispatchTurnEvent = (e: any) => { if (e.type === 'turn_complete') terminal = performance.now(); return od(e); };
let lag = 0, last = performance.now(); setInterval(() => { const n = performance.now(); lag = Math.max(lag, n - last - 5); last = n; }, 5).unref();
let hangs = 0; let minGap = 1e9; const gaps: number[] = [];
for (let t = 0; t < N; t++) {
  lag = 0; head = body = terminal = 0;
  try { await s.prompt({ prompt: [{ type: 'text', text: '/say x' }] }, AbortSignal.timeout(1500)); gaps.push(terminal - body); }
  catch (e) { hangs++; console.log('HANG turn', t, 'sent', 0, 'head', (head - sent).toFixed(1), 'body', (body - sent).toFixed(1), 'terminal', (terminal - sent).toFixed(1), 'maxlag', lag.toFixed(1), String(e).slice(0, 60)); await new Promise(r => setTimeout(r, 50)); }
}
gaps.sort((a, b) => a - b);
console.log({ hangs, min: gaps[0], p1: gaps[Math.floor(gaps.length * .01)], p50: gaps[gaps.length >> 1] });
await w.stop(); await s.close(); await daemon.stop('SIGTERM'); rmSync(folder, { recursive: true, force: true });
