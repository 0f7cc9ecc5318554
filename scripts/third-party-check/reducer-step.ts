// The client's own view of everything that was streamed.
import { type DaemonEvent, isKnownDaemonEvent, reduceDaemonSessionEvents } from '@qwen-code/sdk/daemon';
import { type Step, same } from './bench.ts';

/** Types that the published reducer lists as known and reads nothing of, in any form. */
const unread = new Set(['prompt_cancelled', 'replay_complete']);
/** Types of ours; a published client passes them by. */
const isOurs = ({ type }: DaemonEvent) =>
  /^(session_created|session_restored|agent_started|agent_exited)$/.test(type);

export const reducerStep: Step = {
  name: 'its own reducer understands every event of this run',
  async run(bench) {
    const all = bench.seen.flat();
    const strange = all.filter((event) => !isKnownDaemonEvent(event) && !unread.has(event.type));
    same(
      strange.filter((event) => !isOurs(event)),
      [],
      'events it does not understand',
    );
    for (const events of bench.seen) {
      const view = reduceDaemonSessionEvents(events);
      same(Object.keys(view.pendingPermissions), [], 'permission requests left open in its view');
      const late = events.filter(({ type }) => type === 'permission_already_resolved').length;
      same(view.unmatchedPermissionResolutionCount, late, 'answers to no question in its view');
    }
    return `${all.length} events, ${new Set(all.map(({ type }) => type)).size} types`;
  },
};
