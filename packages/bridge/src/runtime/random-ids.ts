import { randomUUID } from 'node:crypto';
import { clientIdFrom } from '@holdfast/protocol';
import type { Ids } from '../ports/ids.ts';

/** Random UUIDs (RFC 9562 version 4). */
export const randomIds: Ids = Object.freeze({
  uuid: () => randomUUID(),
  clientId: () => clientIdFrom(randomUUID()),
});
