// Many sessions at once: archived, put back, deleted.
import { randomUUID } from 'node:crypto';
import { DaemonSessionClient } from '@qwen-code/sdk/daemon';
import {
  type Bench,
  check,
  clientOf,
  createSession,
  refusal,
  type Step,
  same,
  textPrompt,
  withSession,
} from './bench.ts';

export const archiveSteps: readonly Step[] = [
  {
    name: 'archive: closed, out of the list, readable, and back',
    async run(bench) {
      const client = clientOf(bench);
      const { workspace } = bench.daemon;
      const session = await createSession(bench);
      const { sessionId } = session;
      const unknown = randomUUID();
      const archived = await client.archiveSessionsData([sessionId, unknown], { resolveConflicts: true });
      same(
        archived,
        { archived: [sessionId], alreadyArchived: [], notFound: [unknown], errors: [] },
        'the answer',
      );
      same((await client.archiveSessionsData([sessionId])).alreadyArchived, [sessionId], 'the second answer');
      const ids = async (archiveState?: 'active' | 'archived') =>
        (await client.listWorkspaceSessions(workspace, { archiveState })).map((row) => row.sessionId);
      check(!(await ids()).includes(sessionId), 'an archived session is listed');
      check((await ids('archived')).includes(sessionId), 'an archived session is not in the archive');
      same((await refusal(session.status())).status, 404, 'status of an archived session');
      same((await session.getTranscriptPage({ limit: 1 })).events.length, 1, 'events of its transcript');
      const unarchived = await client.unarchiveSessionsData([sessionId]);
      same(
        unarchived,
        { unarchived: [sessionId], alreadyActive: [], notFound: [], errors: [] },
        'the answer to unarchive',
      );
      check((await ids()).includes(sessionId), 'an unarchived session is not listed');
      const loaded = await DaemonSessionClient.load(client, sessionId, { workspaceCwd: workspace });
      same((await loaded.status()).sessionId, sessionId, 'the loaded session');
      await loaded.close();
      return undefined;
    },
  },
  {
    name: 'delete: live and closed sessions, with their history',
    async run(bench) {
      const client = clientOf(bench);
      const [live, closed] = [await createSession(bench), await createSession(bench)];
      await closed.close();
      const unknown = randomUUID();
      const sessionIds = [live.sessionId, closed.sessionId];
      const deleted = await client.deleteSessionsData([...sessionIds, unknown], live.clientId);
      same(deleted, { removed: sessionIds, notFound: [unknown], errors: [] }, 'the answer');
      for (const sessionId of sessionIds) {
        const refused = await refusal(
          DaemonSessionClient.load(client, sessionId, { workspaceCwd: bench.daemon.workspace }),
        );
        same([refused.status, refused.code], [404, 'session_not_found'], 'loading a deleted session');
      }
      return undefined;
    },
  },
  {
    name: 'a protected session stays, those beside it go; a hundred at most',
    async run(bench) {
      const client = clientOf(bench);
      const [kept, gone] = [await createSession(bench), await createSession(bench)];
      await protect(bench, kept.sessionId, true);
      const sessionIds = [kept.sessionId, gone.sessionId];
      const deleted = await client.deleteSessionsData([...sessionIds, ...sessionIds]);
      same([deleted.removed, deleted.notFound], [[gone.sessionId], []], 'the answer, each session once');
      same(
        deleted.errors.map(({ sessionId }) => sessionId),
        [kept.sessionId],
        'the errors',
      );
      same((await kept.status()).sessionId, kept.sessionId, 'the protected session');
      const tooMany = await refusal(
        client.archiveSessionsData(Array.from({ length: 101 }, () => randomUUID())),
      );
      same(tooMany.status, 400, 'a hundred and one at once');
      await protect(bench, kept.sessionId, null);
      same((await client.deleteSessionsData([kept.sessionId])).removed, [kept.sessionId], 'the last answer');
      return undefined;
    },
  },
  {
    name: 'archiving ends a turn that runs, and its reader hears the end',
    run: (bench) =>
      withSession(bench, async (session, watch) => {
        const { client, sessionId } = session;
        const turn = session.prompt(textPrompt(bench.script.long().prompt));
        await watch.until('text', () => watch.said().length > 20);
        same((await client.archiveSessionsData([sessionId])).archived, [sessionId], 'the answer');
        same((await turn).stopReason, 'cancelled', 'the stop reason');
        same(await watch.ended, undefined, 'the end of the stream');
        same(watch.events.at(-1)?.type, 'session_closed', 'the last event');
        return undefined;
      }),
  },
];

/** Protects a session from deletion: a field of ours, which the published client has no method for. */
async function protect({ daemon }: Bench, sessionId: string, isProtected: true | null): Promise<void> {
  const { status } = await fetch(`${daemon.url}/session/${sessionId}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${daemon.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ protected: isProtected }),
  });
  same(status, 200, 'the status of protecting');
}
