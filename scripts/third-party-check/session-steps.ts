// Coming and going: create, attach, heartbeat, detach, close.
import { randomUUID } from 'node:crypto';
import { DaemonSessionClient } from '@qwen-code/sdk/daemon';
import {
  check,
  clientOf,
  createSession,
  refusal,
  type Step,
  same,
  textPrompt,
  withSession,
} from './bench.ts';
import { Watch } from './watch.ts';

const requiredFeatures = [
  'health',
  'capabilities',
  'session_create',
  'session_id_override',
  'session_scope_override',
  'session_load',
  'session_resume',
  'unstable_session_resume',
  'session_list',
  'session_prompt',
  'session_cancel',
  'session_events',
  'slow_client_warning',
  'typed_event_schema',
  'session_set_model',
  'client_identity',
  'client_heartbeat',
  'session_permission_vote',
  'permission_vote',
  'session_context',
  'session_supported_commands',
  'session_status',
  'session_close',
  'session_metadata',
  'session_approval_mode_control',
  'permission_mediation',
  'non_blocking_prompt',
  'session_branch',
  'session_archive',
  'session_transcript',
];

export const sessionSteps: readonly Step[] = [
  {
    name: 'health and capabilities',
    async run(bench) {
      const client = clientOf(bench);
      same((await client.health()).status, 'ok', 'health');
      const capabilities = await client.capabilities();
      same([capabilities.v, capabilities.mode], [1, 'http-bridge'], 'version and mode');
      same(capabilities.workspaceCwd, bench.daemon.workspace, 'workspaceCwd');
      same(
        requiredFeatures.filter((tag) => !capabilities.features.includes(tag)),
        [],
        'features left out',
      );
      check((capabilities.limits?.sessionRestoreTimeoutMs ?? 0) > 0, 'no sessionRestoreTimeoutMs');
      return `${capabilities.features.length} features`;
    },
  },
  {
    name: 'create and attach',
    async run(bench) {
      const request = { workspaceCwd: bench.daemon.workspace };
      const first = await DaemonSessionClient.createOrAttach(clientOf(bench), request);
      const second = await DaemonSessionClient.createOrAttach(clientOf(bench), request);
      same([first.attached, second.attached], [false, true], 'attached');
      same(second.sessionId, first.sessionId, 'the attached session');
      check(first.clientId !== second.clientId, 'both clients have one id');
      check(
        first.eventEpoch !== undefined && first.workspaceCwd === request.workspaceCwd,
        'an incomplete answer',
      );
      same((await first.status()).clientCount, 2, 'clientCount');
      await first.close();
      const third = await DaemonSessionClient.createOrAttach(clientOf(bench), request);
      check(!third.attached && third.sessionId !== first.sessionId, 'a closed session was attached to');
      await third.close();
      return undefined;
    },
  },
  {
    name: 'concurrent creates are one session',
    async run(bench) {
      const request = { workspaceCwd: bench.daemon.workspace };
      const sessions = await Promise.all(
        Array.from({ length: 4 }, () => DaemonSessionClient.createOrAttach(clientOf(bench), request)),
      );
      same(new Set(sessions.map(({ sessionId }) => sessionId)).size, 1, 'sessions made');
      same(sessions.filter(({ attached }) => !attached).length, 1, 'answers with attached:false');
      same(new Set(sessions.map(({ clientId }) => clientId)).size, 4, 'client ids');
      await sessions[0]?.close();
      return undefined;
    },
  },
  {
    name: 'create with an id of its own',
    async run(bench) {
      const sessionId = randomUUID();
      const request = { workspaceCwd: bench.daemon.workspace, sessionId: sessionId.toUpperCase() };
      const session = await DaemonSessionClient.createOrAttach(clientOf(bench), request);
      same(session.sessionId, sessionId, 'the session id');
      const again = await DaemonSessionClient.createOrAttach(clientOf(bench), request);
      same([again.sessionId, again.attached], [sessionId, true], 'the second answer');
      await session.close();
      const refused = await refusal(clientOf(bench).createOrAttachSession(request));
      same([refused.status, refused.code], [409, 'session_exists'], 'a create over a closed session');
      return undefined;
    },
  },
  {
    name: 'a client id of its own choice is answered with another, which is kept',
    async run(bench) {
      const request = { workspaceCwd: bench.daemon.workspace };
      const chosen = await DaemonSessionClient.createOrAttach(clientOf(bench), request, 'my-ui');
      const { clientId, sessionId } = chosen;
      check(/^client_/.test(clientId ?? ''), `the id is ${clientId}`);
      await chosen.heartbeat();
      const again = await DaemonSessionClient.createOrAttach(clientOf(bench), request, clientId);
      const resumed = await DaemonSessionClient.resume(clientOf(bench), sessionId, {}, clientId);
      same([again.clientId, resumed.clientId], [clientId, clientId], 'a known id');
      same((await chosen.status()).clientCount, 1, 'clientCount');
      await chosen.close();
      return undefined;
    },
  },
  {
    name: 'heartbeat and status',
    run: (bench) =>
      withSession(bench, async (session) => {
        const before = Date.now();
        const beat = await session.heartbeat();
        same([beat.sessionId, beat.clientId], [session.sessionId, session.clientId], 'the heartbeat');
        check(beat.lastSeenAt >= before, 'lastSeenAt lies in the past');
        const status = await session.status();
        same(
          [status.sessionId, status.clientCount, status.hasActivePrompt, status.isWaitingForPermission],
          [session.sessionId, 1, false, false],
          'the status',
        );
        return undefined;
      }),
  },
  {
    name: 'an unknown client id is refused, and healed by the session client',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const stranger = await refusal(session.client.heartbeat(session.sessionId, 'nobody-registered-this'));
        same([stranger.status, stranger.code], [400, 'invalid_client_id'], 'a stranger');
        const before = session.clientId;
        const other = await DaemonSessionClient.resume(clientOf(bench), session.sessionId);
        await session.client.detachSession(session.sessionId, before);
        const task = bench.script.answer('healed');
        await session.prompt(textPrompt(task.prompt));
        check(session.clientId !== before, 'the session client kept its old id');
        task.confirm(watch.said());
        await other.detach();
        return undefined;
      }),
  },
  {
    name: 'detach: the last client closes the session, others do not',
    async run(bench) {
      const first = await createSession(bench);
      const second = await DaemonSessionClient.resume(clientOf(bench), first.sessionId);
      await first.detach();
      await first.detach();
      same((await second.status()).clientCount, 1, 'clientCount after one of two left');
      await second.detach();
      const refused = await refusal(clientOf(bench).sessionStatus(first.sessionId));
      same([refused.status, refused.code], [404, 'session_not_found'], 'status after the last one left');
      return undefined;
    },
  },
  {
    name: 'close ends the stream; a second close is fine',
    async run(bench) {
      const session = await createSession(bench);
      const watch = new Watch(session);
      await watch.type('session_created');
      await session.close();
      same(await watch.ended, undefined, 'the end of the stream');
      bench.seen.push(watch.events);
      const last = watch.events.at(-1);
      same(last?.type, 'session_closed', 'the last event');
      await session.close();
      same((await refusal(session.status())).status, 404, 'status of a closed session');
      return undefined;
    },
  },
  {
    name: 'prompt after close',
    async run(bench) {
      const session = await createSession(bench);
      await session.close();
      const refused = await refusal(session.prompt(textPrompt('hello')));
      same([refused.status, refused.code], [404, 'session_not_found'], 'the refusal');
      return undefined;
    },
  },
];
