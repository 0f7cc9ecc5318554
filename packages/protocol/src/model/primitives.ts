import { Type } from 'typebox';

/** An instant on our rows. */
export const EpochMs = Type.Number({ description: 'Epoch milliseconds.' });
/** An instant on the rows of the published session protocol. */
export const IsoInstant = Type.String({ description: 'ISO 8601 instant.' });
/** The place of an event in its session's journal. */
export const EventId = Type.Integer({
  minimum: 0,
  description: 'Event id; the first event of a session is 1.',
});
export const SessionIdText = Type.String({ description: "The daemon's session id: a lower-case UUID." });
export const PromptIdText = Type.String({ description: '`prompt_<uuid>`.' });
export const RequestIdText = Type.String({ description: '`perm_<uuid>`.' });
export const ClientIdText = Type.String({ pattern: '^[A-Za-z0-9._:-]{1,128}$' });
export const EventEpochText = Type.String({
  description: 'UUID of the event numbering; changes only when a backup is restored.',
});
/** A display name as it may be stored: control characters are refused; `""` is none. */
export const DisplayName = Type.String({ maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
/** An open JSON object. */
export const JsonObject = Type.Record(Type.String(), Type.Unknown());
