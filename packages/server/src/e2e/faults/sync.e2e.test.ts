import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Daemon, DaemonLab } from '../testing/daemon-lab.ts';
import { terminalsOf } from '../testing/sse-frames.ts';
import { until } from '../testing/until.ts';
import { type Call, traced, whileTraced, whyNoTrace } from './testing/traced-calls.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const isLogWrite = ({ name, given }: Call) => name.startsWith('pwrite') && given.includes('-wal>');
const isLogSync = ({ name, given }: Call) => /^f(data)?sync$/.test(name) && given.includes('-wal>');
const isToSocket = ({ name, given }: Call) =>
  /^(write|writev|sendmsg|sendto)$/.test(name) && given.includes('<socket:');
const probe = async ({ ready }: Daemon, path: string) => {
  const answer = await fetch(`${ready.url}${path}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe.skipIf(whyNoTrace !== undefined)('forcing the journal to the disk', () => {
  test.each([
    { sync: 'acks', isChunkSynced: false },
    { sync: 'full', isChunkSynced: true },
  ])(
    whileTraced(
      'under $sync the daemon writes an answer, and the end of a turn, to a socket after the log that holds it was synced',
    ),
    async ({ sync, isChunkSynced }) => {
      const daemon = await lab.serve(['--journal-sync', sync]);
      const session = await lab.session(daemon);
      const reader = await lab.stream(daemon, session.sessionId);
      const trace = await traced(daemon, {
        calls: 'pwrite64,pwritev,write,writev,sendmsg,sendto,fsync,fdatasync',
      });
      const names = Array.from({ length: 8 }, (_, nth) => `mark-${nth}-`);
      const promptIds: string[] = [];
      for (const name of names) {
        const { promptId } = await session.prompt(`/say ${name}said`);
        promptIds.push(promptId);
        await until(
          () =>
            terminalsOf(
              reader.messages().map(({ data }) => JSON.parse(data || '{}')),
              promptId,
            ).length === 1,
        );
      }
      const calls = await trace.stop();
      /** Whether a sync of the log began after the call that wrote a text into it, and ended before it reached a socket. */
      const isSyncedBefore = (text: RegExp, answer: Call | undefined) => {
        const write = calls.find((call) => isLogWrite(call) && text.test(call.given));
        expect(write, String(text)).toBeDefined();
        expect(answer, String(text)).toBeDefined();
        expect(write?.endedAt).toBeLessThan(answer?.beganAt ?? 0);
        return calls.some(
          (call) =>
            isLogSync(call) &&
            call.beganAt > (write?.endedAt ?? Number.POSITIVE_INFINITY) &&
            call.endedAt < (answer?.beganAt ?? 0),
        );
      };
      const sent = (text: RegExp) => calls.find((call) => isToSocket(call) && text.test(call.given));
      for (const [nth, promptId] of promptIds.entries()) {
        const answer =
          sent(new RegExp(`HTTP/1.1 202.*${promptId}`)) ??
          sent(new RegExp(`"promptId\\\\":\\\\"${promptId}\\\\",\\\\"lastEventId`));
        expect(isSyncedBefore(new RegExp(promptId), answer)).toBe(true);
        const end = new RegExp(`turn_complete.*${promptId}`);
        expect(isSyncedBefore(end, sent(end))).toBe(true);
        const chunk = new RegExp(`agent_message_chunk.*${names[nth]}said`);
        if (isChunkSynced) expect(isSyncedBefore(chunk, sent(chunk))).toBe(true);
      }
    },
  );

  test(
    whileTraced('slow: nobody is answered before it is done, everybody else is served as usual meanwhile'),
    async () => {
      const daemon = await lab.serve();
      const [session, other] = [await lab.session(daemon), await lab.session(daemon)];
      const reader = await lab.stream(daemon, session.sessionId);
      await until(() => reader.text().includes('replay_complete'));
      const trace = await traced(daemon, { calls: 'fdatasync', inject: 'fdatasync:delay_enter=2000000' });
      const beganAt = performance.now();
      const answered = session.prompt('/say late').then(() => performance.now() - beganAt);
      let isAnswered = false;
      void answered.then(() => {
        isAnswered = true;
      });
      let served = 0;
      while (!isAnswered) {
        expect((await probe(daemon, '/livez')).status).toBe(200);
        const events = await lab.events(daemon, other.sessionId);
        expect(events.map(({ type }) => type)).toContain('session_created');
        if (isAnswered) break;
        expect(lab.prompts()).toEqual([]);
        expect(reader.text()).not.toContain('late');
        served += 1;
      }
      expect(await answered).toBeGreaterThan(1_900);
      expect(served).toBeGreaterThan(5);
      await trace.stop();
      expect((await session.promptAndWait('/say soon')).text).toBe('soon');
    },
  );

  test(
    whileTraced(
      'failing: nothing is acknowledged or told any more, the reason is shown, and the next start goes on',
    ),
    async () => {
      const daemon = await lab.serve();
      const session = await lab.session(daemon);
      const { sessionId } = session;
      await session.promptAndWait('/say before');
      const reader = await lab.stream(daemon, sessionId);
      await until(() => reader.text().includes('replay_complete'));
      const trace = await traced(daemon, { calls: 'fdatasync', inject: 'fdatasync:error=EIO' });
      const blunt = lab.bluntClient(daemon);
      const refusal = { status: 503, code: 'journal_unavailable' };
      await expect(blunt.session(sessionId).prompt('/say lost')).rejects.toMatchObject(refusal);
      await trace.stop();
      // The disk is well again, but what is on it is not known.
      await expect(blunt.session(sessionId).prompt('/say lost as well')).rejects.toMatchObject(refusal);
      await expect(blunt.createSession({ sessionScope: 'thread' })).rejects.toMatchObject(refusal);
      expect(await probe(daemon, '/readyz')).toMatchObject({
        status: 503,
        body: { reason: expect.stringContaining('EIO') },
      });
      expect(await probe(daemon, '/health')).toMatchObject({
        status: 503,
        body: { status: 'degraded', reason: expect.stringContaining('restart the daemon') },
      });
      expect((await probe(daemon, '/livez')).status).toBe(200);
      expect(JSON.stringify(await lab.events(daemon, sessionId))).toContain('before');
      expect(reader.text()).not.toContain('lost');
      expect(lab.prompts().map(({ text }) => text)).toEqual(['/say before']);
      expect((await lab.stop(daemon)).signal).toBe(null);

      const second = await lab.serveAgain(daemon);
      expect((await probe(second, '/readyz')).status).toBe(200);
      expect((await session.promptAndWait('/say after')).text).toBe('after');
      const ids = (await lab.events(second, sessionId)).map(({ id = 0 }) => id);
      expect(ids).toEqual(ids.toSorted((one, other) => one - other));
      // Readers may have seen ids that are not on the disk: none of them is given again.
      expect(ids.at(-1)).toBeGreaterThan(1_000_000);
      const verified = await lab.sandbox.run(['journal', 'verify', '--json']);
      expect(JSON.parse(verified.stdout)).toMatchObject({ isSound: true });
    },
  );
});
