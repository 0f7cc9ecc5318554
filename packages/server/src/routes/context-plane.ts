import { sessionIdOf } from '../auth/caller.ts';
import { headStartMs } from '../http/head-start.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { answered, delivered, replayed } from './delivered.ts';

type ContextHandlers = Pick<
  OperationHandlers,
  | 'resetSession'
  | 'compactSession'
  | 'trimSession'
  | 'listGenerations'
  | 'listCheckpoints'
  | 'createCheckpoint'
  | 'getCheckpoint'
  | 'branchCheckpoint'
  | 'restoreCheckpoint'
>;

interface CheckpointParams {
  readonly id: string;
  readonly checkpointId: string;
}

/** What the agent is to remember, and the ways back. */
export function contextHandlers({ bridge }: RouteContext): ContextHandlers {
  return {
    resetSession: ({ params, body, caller }) =>
      answered(200, bridge.resetSession(sessionIdOf(params.id), body, caller)),
    async compactSession({ params, body, caller, request }) {
      const admission = await bridge.compactSession(sessionIdOf(params.id), body, caller);
      return {
        status: 202,
        body: admission.answer,
        headers: admission.isReplayed ? replayed : {},
        written: () => admission.release(headStartMs(request.headers)),
        lost: () => admission.release(),
      };
    },
    async trimSession({ params, body, caller }) {
      return { status: 200, body: await bridge.trimSession(sessionIdOf(params.id), body, caller) };
    },
    async listGenerations({ params }) {
      return { status: 200, body: await bridge.listGenerations(sessionIdOf(params.id)) };
    },
    async listCheckpoints({ params }) {
      return { status: 200, body: await bridge.listCheckpoints(sessionIdOf(params.id)) };
    },
    createCheckpoint: ({ params, body, caller }) =>
      answered(201, bridge.createCheckpoint(sessionIdOf(params.id), body, caller)),
    async getCheckpoint({ params }) {
      return { status: 200, body: await bridge.getCheckpoint(targetOf(params)) };
    },
    branchCheckpoint: ({ params, body, caller }) =>
      delivered(201, bridge.branchCheckpoint(targetOf(params), body, caller)),
    restoreCheckpoint: ({ params, body, caller }) =>
      answered(200, bridge.restoreCheckpoint(targetOf(params), body, caller)),
  };
}

const targetOf = ({ id, checkpointId }: CheckpointParams) => ({ sessionId: sessionIdOf(id), checkpointId });
