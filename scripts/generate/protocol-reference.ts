import {
  errorCodes,
  httpStatus,
  isErrorCode,
  type Operation,
  operations,
  recordedEvents,
  retryAfterSeconds,
  syntheticEvents,
} from '@holdfast/protocol';
import { asSchema, escapeCell, fieldTable, shapes, typeText } from './schema-text.ts';

/** The chapters of operations; each operation stands in exactly one. */
export const families: Readonly<Record<string, readonly string[]>> = {
  Lifecycle: [
    'createSession',
    'loadSession',
    'resumeSession',
    'branchSession',
    'heartbeat',
    'detach',
    'closeSession',
    'deleteSessions',
    'archiveSessions',
    'unarchiveSessions',
  ],
  Metadata: ['editMetadata', 'updateMetadata', 'putExtension', 'getExtension', 'deleteExtension'],
  Turns: [
    'promptSession',
    'steerTurn',
    'cancelTurn',
    'abortTurn',
    'getPrompt',
    'listPendingPrompts',
    'removePendingPrompt',
  ],
  Context: [
    'resetSession',
    'compactSession',
    'trimSession',
    'listGenerations',
    'listCheckpoints',
    'createCheckpoint',
    'getCheckpoint',
    'branchCheckpoint',
    'restoreCheckpoint',
  ],
  Permissions: ['votePermission', 'votePermissionLegacy'],
  Events: ['streamEvents', 'getTranscript'],
  Reading: ['readMessages', 'previewSessions', 'resolveSession', 'searchSessions'],
  'Export and import': ['exportSession', 'importSession'],
  Cleanup: ['planCleanup', 'applyCleanup'],
  Catalog: ['listSessions', 'listWorkspaceSessions', 'watchSessions', 'describeSession', 'getSessionStatus'],
  'Agent and settings': [
    'listAgents',
    'getAgent',
    'listAgentSessions',
    'importAgentSession',
    'getSessionContext',
    'getSupportedCommands',
    'setSessionModel',
    'setSessionMode',
    'setApprovalMode',
  ],
  Daemon: ['health', 'livez', 'readyz', 'capabilities', 'openapi', 'docs', 'metrics'],
};

const all: Readonly<Record<string, Operation>> = operations;
const statusText: Readonly<Record<string, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No content',
  503: 'Unavailable',
};

/** Renders the reference of the wire from the declarations. */
export function renderProtocolReference(): string {
  return `<!-- Generated from the declarations of @holdfast/protocol by \`npm run generate\`. Do not edit. -->

# Protocol reference

What travels between the Holdfast daemon and its clients: JSON over HTTP, events over Server-Sent Events.
Every route, validation, OpenAPI entry and SDK call derives from the same declarations as this page.

- Send \`Authorization: Bearer <token>\`; only operations marked *public* need none.
- Name yourself with \`Holdfast-Client-Id\` (alias \`X-Qwen-Client-Id\`).
- Operations marked ★ have the shape of the published session protocol and ignore unknown members of a body; others refuse them.
- Where a row says *idempotent*, an \`Idempotency-Key\` makes a retry safe: *join* waits for a running twin, *refuse* answers 409 meanwhile.
- A failure is \`application/problem+json\`, see [Errors](#errors). A member marked \`?\` may be absent.

${Object.entries(families).map(renderFamily).join('\n')}
## Events

A frame is \`id:\` (recorded events only), \`event:\` and one \`data:\` line: an [Envelope](#shape-envelope) whose \`data\` is below.
Ids rise strictly within a session over its whole life; come back with \`Last-Event-ID\`. Types not listed here may come and are to be ignored.

### Recorded

${renderEvents(recordedEvents)}

### Synthetic

Made for one reader, without an id, never in the journal.

${renderEvents(syntheticEvents)}

## Errors

${renderErrors()}

## Shapes

${shapes.map(([name, schema]) => `<a id="shape-${name.toLowerCase()}"></a>\n\n### ${name}\n\n${fieldTable(schema)}\n`).join('\n')}`;
}

function renderFamily([title, names]: [string, readonly string[]]): string {
  return `## ${title}\n\n${names.map((name) => renderOperation(name)).join('\n')}`;
}

function renderOperation(name: string): string {
  const operation = all[name];
  if (operation === undefined) throw new Error(`no operation is named ${name}; correct the families`);
  const marks = [
    operation.isSeed ? '★' : '',
    operation.scope,
    operation.idempotency === undefined ? '' : `idempotent (${operation.idempotency})`,
    `feature \`${operation.tag}\``,
  ].filter((mark) => mark !== '');
  const sections = [
    renderObject('Query', operation.query),
    renderObject('Body', operation.body),
    operation.upload === undefined ? '' : 'Body: JSON lines, `application/x-ndjson`.\n',
    ...Object.entries(operation.responses).map(([status, schema]) => renderResponse(status, schema)),
    operation.errors.length === 0 ? '' : `Errors: ${operation.errors.map(renderCode).join(', ')}.\n`,
  ].filter((section) => section !== '');
  return `### ${name}\n\n\`${operation.method} ${operation.path}\` · ${marks.join(' · ')}\n\n${operation.summary}\n\n${sections.join('\n')}`;
}

function renderObject(title: string, schema: object | undefined): string {
  if (schema === undefined || Object.keys(asSchema(schema).properties ?? {}).length === 0) return '';
  return `${title}:\n\n${fieldTable(asSchema(schema))}\n`;
}

function renderResponse(status: string, schema: Operation['responses'][number]): string {
  const head = `${status} ${statusText[status] ?? ''}`.trim();
  if (schema === null || schema === undefined) return `Answers ${head}.\n`;
  if (schema === 'stream') return `Answers ${head}, \`text/event-stream\`, see [Events](#events).\n`;
  if (schema === 'text') return `Answers ${head}: text.\n`;
  if (schema === 'download') return `Answers ${head}: a file.\n`;
  const type = typeText(asSchema(schema));
  if (type.startsWith('[') || asSchema(schema).properties === undefined) return `Answers ${head}: ${type}.\n`;
  return renderObject(`Answers ${head}`, schema) || `Answers ${head}: \`{}\`.\n`;
}

const renderCode = (code: string) => `\`${code}\` (${isErrorCode(code) ? httpStatus[code] : '?'})`;

function renderEvents(table: Readonly<Record<string, object>>): string {
  const rows = Object.entries(table).map(([type, schema]) => {
    const { properties = {}, required = [], description = '' } = asSchema(schema);
    const members = Object.entries(properties).map(
      ([name, member]) => `\`${name}\`${required.includes(name) ? '' : '?'}: ${typeText(member)}`,
    );
    return `| \`${type}\` | ${members.join('<br>')} | ${escapeCell(description)} |`;
  });
  return ['| Type | Data | Meaning |', '|---|---|---|', ...rows].join('\n');
}

function renderErrors(): string {
  const rows = Object.entries(errorCodes).map(([code, { title, retryable }]) => {
    const status = isErrorCode(code) ? httpStatus[code] : 500;
    const after = isErrorCode(code) ? retryAfterSeconds[code] : undefined;
    const again = after === undefined ? 'yes' : `yes, after ${after} s`;
    return `| \`${code}\` | ${status} | ${retryable ? again : 'no'} | ${title} |`;
  });
  const head = ['| Code | Status | Retryable | Meaning |', '|---|---|---|---|'];
  return `The body is a [Problem](#shape-problem), with fields of the code's own beside the common ones.\n\n${[...head, ...rows].join('\n')}`;
}
