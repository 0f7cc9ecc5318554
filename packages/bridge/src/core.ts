import type { EventEpoch } from '@holdfast/protocol';
import type { StoredJournal } from './journal/store.ts';
import type { IdempotentRequests } from './operations/idempotent-requests.ts';
import type { BridgeLimits } from './options.ts';
import type { SupportedPolicy } from './permissions/mediation-policy.ts';
import type { PermissionResolvers } from './permissions/resolvers.ts';
import type { Agents } from './ports/agents.ts';
import type { Clock } from './ports/clock.ts';
import type { Ids } from './ports/ids.ts';
import type { Logger } from './ports/logger.ts';
import type { SearchIndex } from './ports/search-index.ts';
import type { SessionIndex } from './ports/session-index.ts';
import type { Aliases } from './session/aliases.ts';
import type { Registry } from './session/registry.ts';
import type { Slots } from './session/slots.ts';
import type { Titles } from './session/titles.ts';
import type { Workspaces } from './workspaces.ts';

/** The parts of one bridge, wired once by `createBridge`; operations take what they need of it. */
export interface Core {
  readonly epoch: EventEpoch;
  readonly limits: BridgeLimits;
  /** Who may answer permission requests. */
  readonly policy: SupportedPolicy;
  readonly defaultAgent: string;
  /** Where agents' executables are looked for (PATH). */
  readonly searchPath: string;
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly journal: StoredJournal;
  readonly index: SessionIndex;
  readonly search: SearchIndex;
  readonly agents: Agents;
  readonly registry: Registry;
  readonly slots: Slots;
  readonly titles: Titles;
  readonly aliases: Aliases;
  readonly resolvers: PermissionResolvers;
  readonly requests: IdempotentRequests;
}
