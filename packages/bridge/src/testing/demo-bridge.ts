import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Envelope, parseSessionId, type SessionId } from '@holdfast/protocol';
import { onTestFinished } from 'vitest';
import type { Caller } from '../api/caller.ts';
import type { Bridge } from '../bridge.ts';
import { createBridge } from '../create-bridge.ts';
import type { BridgeOptions } from '../options.ts';

/** A folder of its own for a bridge, its workspace and the demo agent's store. */
export interface Home {
  readonly stateDir: string;
  readonly workspace: string;
  readonly store: string;
  /** Pids of the agent processes that prompts reached, in that order. */
  agentPids(): number[];
  /** The texts of the prompts that reached an agent: counting them counts executions. */
  executions(): string[];
}

export const caller: Caller = Object.freeze({ principal: 'local', isLocal: true });

/** Makes the folders; they go away with the test. */
export function makeHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bridge-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const store = join(folder, 'store');
  // The workspace is the folder itself: canonical wherever the system keeps its temporary files.
  return {
    stateDir: join(folder, 'state'),
    workspace: folder,
    store,
    agentPids: () => promptsIn(store).map(({ pid }) => pid),
    executions: () => promptsIn(store).map(({ text }) => text),
  };
}

export const optionsOf = (home: Home, more: Partial<BridgeOptions> = {}): BridgeOptions => ({
  stateDir: home.stateDir,
  workspaces: [home.workspace],
  agents: { demo: { env: { HOLDFAST_DEMO_STORE: home.store } } },
  agentIdleTimeoutMs: 0,
  drainTimeoutMs: 100,
  ...more,
});

/** A bridge as a host has it: SQLite, supervisor and demo agent. It is closed when the test ends. */
export async function demoBridge(home: Home, more: Partial<BridgeOptions> = {}): Promise<Bridge> {
  const bridge = await createBridge(optionsOf(home, more));
  onTestFinished(() => bridge.close({ drainTimeoutMs: 0 }));
  return bridge;
}

export async function createOn(bridge: Bridge): Promise<SessionId> {
  const { answer } = await bridge.createSession({ sessionScope: 'thread' }, caller);
  const sessionId = parseSessionId(answer.sessionId);
  if (sessionId === undefined) throw new Error(`"${answer.sessionId}" is no session id`);
  return sessionId;
}

/** Sends a script of the demo agent, a line each, and lets it go; answers the prompt's id. */
export async function send(
  bridge: Bridge,
  sessionId: SessionId,
  ...script: readonly string[]
): Promise<string> {
  const prompt = [{ type: 'text', text: script.join('\n') }];
  const { answer, release } = await bridge.promptSession(sessionId, { prompt }, caller);
  release();
  return answer.promptId;
}

/** A reader that remembers what it read. */
export interface Reading {
  readonly events: Envelope[];
  /** Reads on until an event satisfies `holds`; answers it. It looks at what was read before first. */
  until(holds: (event: Envelope) => boolean): Promise<Envelope>;
  untilType(type: string, promptId?: string): Promise<Envelope>;
}

export async function readerOf(bridge: Bridge, sessionId: SessionId, after = 0): Promise<Reading> {
  const reader = await bridge.subscribe(sessionId, { after });
  const events: Envelope[] = [];
  let cursor = reader.after;
  let ring = () => {};
  reader.watch(() => ring());
  const until = async (holds: (event: Envelope) => boolean): Promise<Envelope> => {
    for (let looked = 0; ; ) {
      const news = new Promise<void>((resolve) => {
        ring = resolve;
      });
      const batch = await reader.read(cursor, { maxEvents: 1_000, maxBytes: 1e7 });
      cursor = batch.at(-1)?.seq ?? cursor;
      events.push(...batch.map(({ json }): Envelope => JSON.parse(json)));
      const found = events.slice(looked).find(holds);
      if (found !== undefined) return found;
      looked = events.length;
      if (batch.length === 0) await news;
    }
  };
  return {
    events,
    until,
    untilType: (type, promptId) =>
      until((event) => event.type === type && (promptId === undefined || event.promptId === promptId)),
  };
}

/** The text of an agent's chunk; empty for everything else. */
export function spoken({ type, data }: Envelope): string {
  if (type !== 'session_update') return '';
  // Written by the demo agent: chunks have text content.
  const { update } = data as { update: { sessionUpdate: string; content?: { text?: string } } };
  return update.sessionUpdate === 'agent_message_chunk' ? (update.content?.text ?? '') : '';
}

interface LoggedPrompt {
  readonly pid: number;
  readonly text: string;
}

function promptsIn(store: string): LoggedPrompt[] {
  const lines = readFileSync(join(store, 'prompts.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): LoggedPrompt => JSON.parse(line));
}
