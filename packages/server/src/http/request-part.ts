import type { ErrorCode, Operation } from '@holdfast/protocol';
import { type TObject, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/schema';
import { schemaViolation } from './schema-violation.ts';

/** Checks one part of a request against its schema and gives it back. */
type PartReader = (value: unknown) => unknown;

interface PartReaders {
  readonly params: PartReader;
  readonly query: PartReader;
  readonly body: PartReader;
}

/**
 * The checks of an operation's parameters, query and body, compiled at first use. Unknown members of a body are
 * refused on our routes and ignored on those of the published protocol; unknown query parameters are ignored.
 */
export function requestParts(operation: Operation): PartReaders {
  const { params, query, body, fieldErrors, isSeed } = operation;
  return {
    params: partReader('path', params, fieldErrors),
    query: partReader('query', query, fieldErrors, converted),
    body: partReader(
      'body',
      body === undefined || isSeed ? body : Type.Object(body.properties, { additionalProperties: false }),
      fieldErrors,
      (value) => (value === undefined && isSeed ? {} : value),
    ),
  };
}

function partReader(
  part: string,
  schema: TObject | undefined,
  fieldErrors: Readonly<Record<string, ErrorCode>> | undefined,
  prepare: (value: unknown, schema: TObject) => unknown = (value) => value,
): PartReader {
  if (schema === undefined) return () => undefined;
  let validator: Validator | undefined;
  return (received) => {
    validator ??= Compile(schema);
    const value = prepare(received, schema);
    if (validator.Check(value)) return value;
    throw schemaViolation({ value, part, errors: validator.Errors(value)[1] }, fieldErrors);
  };
}

/** Query strings as the types they stand for; what stands for none is left for the schema to refuse. */
function converted(value: unknown, schema: TObject): unknown {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => [name, convert(text, schema.properties[name])]),
  );
}

function convert(text: unknown, schema: object | undefined): unknown {
  const type = schema !== undefined && 'type' in schema ? schema.type : undefined;
  if (typeof text !== 'string') return text;
  if (type === 'boolean') return { true: true, '1': true, false: false, '0': false }[text] ?? text;
  if (type !== 'integer' && type !== 'number') return text;
  const number = Number(text);
  return text.trim() === '' || !Number.isFinite(number) ? text : number;
}
