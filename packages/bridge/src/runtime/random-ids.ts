import { randomUUID } from 'node:crypto';
import type { Ids } from '../ports/ids.ts';

/** Random UUIDs (RFC 9562 version 4). */
export const randomIds: Ids = Object.freeze({ uuid: () => randomUUID() });
