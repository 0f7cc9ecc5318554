export { type AgentRecipe, recipes } from './agents/recipes.ts';
export type { Admission, Answered, Caller, Delivery } from './api/caller.ts';
export type { IndexSubscription, SessionChange, WatchSessionsRequest } from './api/index-subscription.ts';
export type { ListSessionsRequest, SessionList } from './api/list-request.ts';
export type { CheckpointTarget } from './api/session-context.ts';
export type { ExtensionPlace } from './api/session-metadata.ts';
export type { SubscribeRequest, Subscription } from './api/subscription.ts';
export type { Bridge, BridgeFigures, Readiness } from './bridge.ts';
export { createBridge } from './create-bridge.ts';
export { type BackupReport, backupJournal } from './journal/care/backup-journal.ts';
export type { CareOptions, CareProgress } from './journal/care/care-options.ts';
export type { FindingKind, JournalFinding } from './journal/care/finding.ts';
export { type JournalStats, readJournalStats, type SessionSize } from './journal/care/journal-stats.ts';
export { type RestoreOptions, type RestoreReport, restoreJournal } from './journal/care/restore-journal.ts';
export { type JournalReport, verifyJournal } from './journal/care/verify-journal.ts';
export { type FollowOptions, follow } from './journal/follow.ts';
export { journalFileIn } from './journal/sqlite/journal-file.ts';
export {
  type AgentConfig,
  type BridgeChoice,
  type BridgeNumber,
  type BridgeOptions,
  bridgeChoices,
  bridgeNumbers,
} from './options.ts';
export type { Clock } from './ports/clock.ts';
export type { Ids } from './ports/ids.ts';
export type { JournalEvent, ReadLimit } from './ports/journal.ts';
export type { Logger } from './ports/logger.ts';
export { findExecutable } from './runtime/executable.ts';
export { OpenFileGauge } from './runtime/open-files.ts';
export { randomIds } from './runtime/random-ids.ts';
export { silentLogger } from './runtime/silent-logger.ts';
export { maxTimerMs, systemClock } from './runtime/system-clock.ts';
export type { IfMatch } from './session/if-match.ts';
