import { describe, expect, it } from 'vitest';
import { given, replayed } from '../testing/given.ts';
import { ann, bob, c, prompt } from '../testing/samples.ts';
import type { SessionCommand } from './command.ts';
import type { EditDetails } from './metadata-command.ts';

const idle = [c.create()];
const running = [...idle, c.prompt('p1'), c.advance];
const closed = [...idle, c.close];

const edit = (details: Partial<EditDetails>): SessionCommand => ({
  kind: 'edit',
  change: {},
  wanted: {},
  isFollowed: false,
  ...details,
});

describe('an edit', () => {
  it('is one step of the revision, however many fields it changes, and readers hear the new values', () => {
    const after = given(...idle)
      .when(
        edit({
          change: { displayName: 'Mine', alias: 'mine', labels: ['a'], isPinned: true },
          clientId: ann,
        }),
      )
      .yields(['(metadata_edited)', 'session_metadata_updated']);
    expect(after.state).toMatchObject({
      displayName: 'Mine',
      revision: 1,
      metadata: { alias: 'mine', labels: ['a'], isPinned: true },
    });
    expect(after.decision.entries[1]).toMatchObject({
      clientId: ann,
      data: {
        displayName: 'Mine',
        revision: 1,
        changes: { displayName: 'Mine', alias: 'mine', labels: ['a'], pinned: true },
      },
    });
    expect(replayed(after.recorded)).toEqual(after.state);
  });

  it('that clears a field says null of it, and keeps the name it does not change', () => {
    const named = [...idle, edit({ change: { displayName: 'Mine', alias: 'mine', notes: 'n' } })];
    const after = given(...named)
      .when(edit({ change: { alias: null, notes: null } }))
      .yields(['(metadata_edited)', 'session_metadata_updated']);
    expect(after.decision.entries[1]?.data).toEqual({
      sessionId: after.state?.sessionId,
      displayName: 'Mine',
      revision: 2,
      changes: { alias: null, notes: null },
    });
    expect(after.state?.metadata).toMatchObject({ alias: null, notes: null });
  });

  it('that would change nothing is none', () => {
    const change = { displayName: 'Mine', labels: ['a', 'b'], isProtected: true };
    given(...idle, edit({ change }))
      .when(edit({ change }))
      .yields([]);
    given(...idle)
      .when(edit({ change: { displayName: null, alias: null, labels: [], isArchived: false } }))
      .yields([]);
  });

  it('of a closed session is recorded, and nothing follows the terminal in its stream', () => {
    const after = given(...closed)
      .when(edit({ change: { alias: 'old' }, clientId: bob }))
      .yields(['(metadata_edited)']);
    expect(after.state).toMatchObject({ revision: 1, metadata: { alias: 'old' }, phase: { kind: 'closed' } });
  });

  it('upon another revision is refused', () => {
    const once = [...idle, edit({ change: { isPinned: true } })];
    given(...once)
      .when(edit({ change: { isPinned: false }, ifMatch: [0] }))
      .refuses('revision_mismatch', { revision: 1, ifMatch: [0] });
    given(...once)
      .when(edit({ change: { isPinned: false }, ifMatch: [] }))
      .refuses('revision_mismatch');
    given(...once)
      .when(edit({ change: { isPinned: false }, ifMatch: [7, 1] }))
      .yields(['(metadata_edited)', 'session_metadata_updated']);
    given(...once)
      .when(edit({ change: { isPinned: false }, ifMatch: 'any' }))
      .yields(['(metadata_edited)', 'session_metadata_updated']);
  });

  it('by a client that is not registered is refused', () => {
    given(...idle)
      .when(edit({ change: { isPinned: true }, clientId: bob }))
      .refuses('invalid_client_id');
  });

  it('keeps choices for the next agent session, and forgets one that is cleared', () => {
    const wanted = { modelId: 'deep', config: { effort: 'high', web: true } };
    const after = given(...closed)
      .when(edit({ wanted }))
      .yields(['(metadata_edited)', '(settings_wanted)']);
    expect(after.state).toMatchObject({ revision: 1, settings: wanted });
    const cleared = given(...closed, edit({ wanted })).when(
      edit({ wanted: { modelId: null, config: { effort: null } } }),
    );
    expect(cleared.yields(['(metadata_edited)', '(settings_wanted)']).state?.settings).toEqual({
      config: { web: true },
    });
  });

  it('that keeps a choice made before is none', () => {
    given(...closed, edit({ wanted: { modelId: 'deep' } }))
      .when(edit({ wanted: { modelId: 'deep' } }))
      .yields([]);
  });

  it('counts when the agent is asked for more', () => {
    const after = given(...idle)
      .when(edit({ isFollowed: true }))
      .yields(['(metadata_edited)']);
    expect(after.state?.revision).toBe(1);
  });
});

describe('archiving', () => {
  it('closes a live session in the order of any close', () => {
    const after = given(...running, c.prompt('p2'))
      .when(edit({ change: { isArchived: true }, clientId: ann }))
      .yields(
        [
          '(metadata_edited)',
          'session_metadata_updated',
          'prompt_cancelled p1',
          '(turn_ending p1 cancelled)',
          'turn_complete p1 cancelled',
          'pending_prompt_completed p2 removed',
          'turn_complete p2 cancelled',
          'session_closed client_close',
        ],
        ['close_agent'],
      );
    expect(after.state).toMatchObject({ metadata: { isArchived: true }, phase: { kind: 'closed' } });
  });

  it('leaves a closed session closed, and a load takes it out of the archive', () => {
    const archived = [...closed, edit({ change: { isArchived: true } })];
    const after = given(...archived, { kind: 'reopen', intent: 'load' })
      .when(c.bound())
      .yields(
        ['agent_started', '(agent_bound)', '(metadata_edited)', 'session_restored native'],
        ['advance'],
      );
    expect(after.state).toMatchObject({ metadata: { isArchived: false }, revision: 2 });
  });
});

describe('a purge', () => {
  it('closes a live session as deleted', () => {
    given(...idle)
      .when({ kind: 'purge', clientId: ann })
      .yields(['session_closed deleted'], ['close_agent']);
  });

  it('of a closed session has nothing to close', () => {
    given(...closed)
      .when({ kind: 'purge', clientId: bob })
      .yields([]);
  });

  it('of a protected session is refused, closed or not', () => {
    const isProtected = edit({ change: { isProtected: true } });
    for (const life of [idle, closed]) {
      given(...life, isProtected)
        .when({ kind: 'purge' })
        .refuses('session_protected');
    }
  });
});

describe('a parent that is purged', () => {
  it('leaves its child without one', () => {
    const parentSessionId = given(...idle).state?.sessionId ?? null;
    const after = given(c.create({ parentSessionId })).when({ kind: 'orphan' }).yields(['(orphaned)']);
    expect(after.state?.parentSessionId).toBeNull();
    given(...idle)
      .when({ kind: 'orphan' })
      .yields([]);
  });
});

describe('a config option the agent took', () => {
  it('is kept for the next agent session, and readers hear what the agent says its options are now', () => {
    const configOptions = [{ id: 'effort', type: 'select', currentValue: 'high' }];
    const after = given(...idle)
      .when({ kind: 'option_set', configId: 'effort', value: 'high', configOptions })
      .yields(['(settings_wanted)', 'session_update config_option_update']);
    expect(after.state).toMatchObject({
      settings: { config: { effort: 'high' } },
      agentState: { catalog: { configOptions } },
    });
  });

  it('is in force when the next agent session took it', () => {
    const configOptions = [{ id: 'effort', type: 'select', currentValue: 'low' }];
    const stranded = [...idle, c.gone(), c.prompt(prompt('p1')), c.advance];
    const bound = c.bound({
      agentState: { modes: null, models: null, configOptions },
      applied: { config: { effort: 'high' } },
    });
    expect(given(...stranded, bound).state?.agentState.catalog.configOptions).toEqual([
      { id: 'effort', type: 'select', currentValue: 'high' },
    ]);
  });
});
