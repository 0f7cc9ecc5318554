import type { ClientId } from '@holdfast/protocol';
import type { ConfigValue, MetadataChange, WantedSettings } from './entry.ts';
import type { IfMatch } from './if-match.ts';

/** What happens to a session by what people and clients write about it. */
export type MetadataCommand =
  | ({ readonly kind: 'edit' } & EditDetails)
  /** Ends the session so that it can be erased. */
  | { readonly kind: 'purge'; readonly clientId?: ClientId }
  /** Its parent is purged. */
  | { readonly kind: 'orphan' }
  | {
      readonly kind: 'put_extension';
      readonly namespace: string;
      readonly content: unknown;
      readonly sizeBytes: number;
      readonly ifMatch?: IfMatch;
      readonly clientId?: ClientId;
    }
  | {
      readonly kind: 'remove_extension';
      readonly namespace: string;
      readonly ifMatch?: IfMatch;
      readonly clientId?: ClientId;
    }
  /** The agent took a config option, and said what its options are now. */
  | {
      readonly kind: 'option_set';
      readonly configId: string;
      readonly value: ConfigValue;
      readonly configOptions: unknown;
      readonly clientId?: ClientId;
    };

export interface EditDetails {
  readonly change: MetadataChange;
  /** Choices to keep for the next agent session. */
  readonly wanted: WantedSettings;
  /** Choices follow that the agent is asked for: the edit counts although nothing else of it may be a change. */
  readonly isFollowed: boolean;
  readonly ifMatch?: IfMatch;
  readonly clientId?: ClientId;
}
