import { Type } from 'typebox';
import { PromptIdText, RequestIdText, SessionIdText } from '../model/primitives.ts';

/** Path parameters shared by the operations on a session. */
export const sessionParams = Type.Object({ id: SessionIdText });
export const promptParams = Type.Object({ id: SessionIdText, promptId: PromptIdText });
export const permissionParams = Type.Object({ id: SessionIdText, requestId: RequestIdText });

/** A body of the published protocol of which no member is read. */
export const emptyBody = Type.Object({});
