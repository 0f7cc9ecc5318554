import type { Admission } from '@holdfast/bridge';
import { permissionRequestIdOf, promptIdOf } from '@holdfast/protocol';
import type { FastifyRequest } from 'fastify';
import { sessionIdOf } from '../auth/caller.ts';
import { headStartMs } from '../http/head-start.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { replayed } from './delivered.ts';

type TurnHandlers = Pick<
  OperationHandlers,
  | 'promptSession'
  | 'steerTurn'
  | 'cancelTurn'
  | 'abortTurn'
  | 'getPrompt'
  | 'listPendingPrompts'
  | 'removePendingPrompt'
  | 'votePermission'
  | 'votePermissionLegacy'
>;

/** Prompts, and what a person says to a running turn. */
export function turnHandlers({ bridge }: RouteContext): TurnHandlers {
  return {
    async promptSession({ params, body, caller, request }) {
      return admitted(bridge.promptSession(sessionIdOf(params.id), body, caller), request);
    },
    async steerTurn({ params, body, caller, request }) {
      return admitted(bridge.steerTurn(sessionIdOf(params.id), body, caller), request);
    },
    async abortTurn({ params, body, caller }) {
      return { status: 200, body: await bridge.abortTurn(sessionIdOf(params.id), body, caller) };
    },
    async getPrompt({ params }) {
      const promptId = promptIdOf(params.promptId);
      return { status: 200, body: await bridge.getPrompt(sessionIdOf(params.id), promptId) };
    },
    async cancelTurn({ params, caller }) {
      await bridge.cancelTurn(sessionIdOf(params.id), caller);
      return { status: 204 };
    },
    async listPendingPrompts({ params }) {
      return { status: 200, body: await bridge.listPendingPrompts(sessionIdOf(params.id)) };
    },
    async removePendingPrompt({ params, caller }) {
      const promptId = promptIdOf(params.promptId);
      const removed = await bridge.removePendingPrompt(sessionIdOf(params.id), promptId, caller);
      return { status: 200, body: removed };
    },
    async votePermission({ params, body, caller }) {
      const requestId = permissionRequestIdOf(params.requestId);
      const target = { sessionId: sessionIdOf(params.id), requestId };
      const { isReplayed } = await bridge.votePermission(target, body, caller);
      return { status: 200, body: {}, headers: isReplayed ? replayed : {} };
    },
    async votePermissionLegacy({ params, body, caller }) {
      const requestId = permissionRequestIdOf(params.requestId);
      const { isReplayed } = await bridge.votePermission({ requestId }, body, caller);
      return { status: 200, body: {}, headers: isReplayed ? replayed : {} };
    },
  };
}

/** No event of the turn may overtake this answer, and no turn may wait for a client that has gone. */
async function admitted(admission: Promise<Admission>, { headers }: FastifyRequest) {
  const { answer, isReplayed, release } = await admission;
  return {
    status: 202 as const,
    body: answer,
    headers: isReplayed ? replayed : {},
    written: () => release(headStartMs(headers)),
    lost: () => release(),
  };
}
