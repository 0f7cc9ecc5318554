import { type ErrorCode, httpStatus, type Operation, Problem } from '@holdfast/protocol';
import type { TObject } from 'typebox';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiOptions {
  readonly version: string;
  readonly isAuthRequired: boolean;
}

/** Codes that any operation may answer with; protocol reference §1. */
const generalErrors = ['host_forbidden', 'origin_forbidden', 'internal'] as const satisfies ErrorCode[];
const protectedErrors = ['unauthorized', 'shutting_down'] as const satisfies ErrorCode[];
const bodyErrors = [
  'invalid_request',
  'invalid_json',
  'body_too_large',
  'unsupported_media_type',
] as const satisfies ErrorCode[];
const keyErrors = [
  'invalid_idempotency_key',
  'idempotency_mismatch',
  'idempotency_in_flight',
] as const satisfies ErrorCode[];

/** Describes the operations as OpenAPI 3.1: their schemas are JSON Schema already, so nothing is translated. */
export function openApiDocument(operations: readonly Operation[], options: OpenApiOptions): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, options) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: options.version,
      description: 'Sessions of coding agents over HTTP and Server-Sent Events, out of a durable journal.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function describe(operation: Operation, { isAuthRequired }: OpenApiOptions): Json {
  const { name, summary, tag, body, scope } = operation;
  return {
    operationId: name,
    summary,
    tags: [tag],
    security: isAuthRequired && scope !== 'public' ? [{ bearer: [] }] : [],
    parameters: parametersOf(operation),
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    ...(operation.upload === undefined ? {} : { requestBody: uploadBody }),
    responses: { ...successes(operation), ...failures(operation) },
  };
}

function parametersOf({ method, params, query, scope, idempotency, responses }: Operation): readonly Json[] {
  const named = (place: 'path' | 'query', schema: TObject | undefined) =>
    Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
      name,
      in: place,
      required: place === 'path' || new Set<string>(schema?.required).has(name),
      schema: property,
    }));
  const header = (name: string, description: string, schema: Json = { type: 'string' }) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema,
  });
  const headers: Json[] = [];
  if (scope === 'write') headers.push(header('Holdfast-Client-Id', 'Who asks; absent is anonymous.'));
  if (idempotency !== undefined) {
    headers.push(
      header('Idempotency-Key', 'Makes the request safe to repeat.', { type: 'string', maxLength: 255 }),
    );
  }
  if (method === 'GET' && Object.values(responses).includes('stream')) {
    headers.push(header('Last-Event-ID', 'Continue after this event; wins over `after`.'));
    headers.push(header('Holdfast-Event-Epoch', 'The numbering that the cursor belongs to.'));
  }
  return [...named('path', params), ...named('query', query), ...headers];
}

function requestBody(schema: TObject): Json {
  return {
    required: (schema.required ?? []).length > 0,
    content: { 'application/json': { schema } },
  };
}

const uploadBody: Json = {
  required: true,
  content: { 'application/x-ndjson': { schema: { type: 'string' } } },
};

function successes({ responses }: Operation): Json {
  return Object.fromEntries(Object.entries(responses).map(([status, schema]) => [status, success(schema)]));
}

function success(schema: Operation['responses'][number]): Json {
  if (schema === null) return { description: 'Done; no content.' };
  if (schema === 'stream') {
    return {
      description: 'Server-Sent Events; each `data` is one event envelope.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    };
  }
  if (schema === 'text') {
    return { description: 'A page.', content: { 'text/*': { schema: { type: 'string' } } } };
  }
  if (schema === 'download') {
    return {
      description: 'A file.',
      content: { 'application/octet-stream': { schema: { type: 'string' } } },
    };
  }
  return { description: 'Success.', content: { 'application/json': { schema } } };
}

function failures({ errors, responses, scope, body, query, idempotency }: Operation): Json {
  const codes: ErrorCode[] = [...errors, ...generalErrors];
  if (scope !== 'public') codes.push(...protectedErrors);
  if (body !== undefined) codes.push(...bodyErrors);
  else if (query !== undefined) codes.push('invalid_request');
  if (idempotency !== undefined) codes.push(...keyErrors);
  const statuses = [...new Set(codes.map((code) => httpStatus[code]))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses
      .filter((status) => !(status in responses))
      .map((status) => [
        status,
        {
          description: [...new Set(codes)]
            .filter((code) => httpStatus[code] === status)
            .map((code) => `\`${code}\``)
            .join(', '),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
  );
}
