import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  client,
  ndJsonStream,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
} from '@agentclientprotocol/sdk/unstable';
import { splitLines } from '../line-splitter.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

type AnswerPermission = (
  request: RequestPermissionRequest,
  signal: AbortSignal,
) => Promise<RequestPermissionResponse> | RequestPermissionResponse;

interface Start {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly store: string;
  readonly answerPermission?: AnswerPermission;
}

/** A demo agent as a child process with the official SDK's client at its other end. */
export type StartedAgent = ReturnType<typeof startDemoAgent>;

/** Starts one; whoever starts it ends it with `stop`. */
export function startDemoAgent({ args = [], env = {}, store, answerPermission }: Start) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], HOLDFAST_DEMO_STORE: store, ...env },
  });
  const lines: string[] = [];
  const updates: SessionUpdate[] = [];
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const watcher of watchers) watcher();
  };
  let stderr = '';
  child.stderr.on('data', (bytes) => {
    stderr += String(bytes);
  });
  child.stdin.on('error', () => {}); // Some of these agents exit while they are written to.
  const takeLine = splitLines((line) => lines.push(line));
  child.stdout.on('data', takeLine);
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  // Node's typed web streams and the DOM's are the same objects under two names.
  const input = Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
  const connection = client({ name: 'test' })
    .onNotification('session/update', ({ params }) => {
      updates.push(params.update);
      changed();
    })
    .onRequest('session/request_permission', ({ params, signal }) => {
      if (!answerPermission) return { outcome: { outcome: 'cancelled' as const } };
      return answerPermission(params, signal);
    })
    .connect(ndJsonStream(Writable.toWeb(child.stdin), input));
  const { agent } = connection;
  return {
    agent,
    lines,
    updates,
    exited,
    child,
    stderr: () => stderr,
    /** The text of all answer chunks so far. */
    text: () => updates.map(textOf).join(''),
    /** Resolves when the condition holds, checked at every update. */
    until: (condition: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!condition()) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    initialize: () => agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} }),
    newSession: async () => (await agent.request('session/new', { cwd: store, mcpServers: [] })).sessionId,
    prompt: (sessionId: string, ...texts: readonly string[]) =>
      agent.request('session/prompt', {
        sessionId,
        prompt: texts.map((text) => ({ type: 'text' as const, text })),
      }),
    stop: async () => {
      connection.close();
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A folder for the agent's store, removed by `remove`. */
export function temporaryStore() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-store-'));
  return {
    folder,
    prompts: (): unknown[] =>
      readFileSync(join(folder, 'prompts.jsonl'), 'utf8')
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function textOf(update: SessionUpdate): string {
  return update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text'
    ? update.content.text
    : '';
}
