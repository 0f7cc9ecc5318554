import type { ClientId } from '@holdfast/protocol';

/** Where fresh identifiers come from. */
export interface Ids {
  /** A random UUID, lower case. */
  uuid(): string;
  /**
   * The id of a client that its session does not know yet. `asked` is the one it sent: a host that vouches for the names
   * of its clients may grant it, a daemon that anybody may call never does.
   */
  clientId(asked: ClientId | undefined): ClientId;
}
