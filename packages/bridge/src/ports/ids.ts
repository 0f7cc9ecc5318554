/** Where fresh identifiers come from. */
export interface Ids {
  /** A random UUID, lower case. */
  uuid(): string;
}
