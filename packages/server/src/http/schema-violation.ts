import { DaemonError, type ErrorCode } from '@holdfast/protocol';
import type { TValidationError } from 'typebox/error';

/** Turns what a schema refused into the documented error: where, what was expected, what came. */
export function schemaViolation(
  refused: { readonly value: unknown; readonly part: string; readonly errors: readonly TValidationError[] },
  fieldErrors: Readonly<Record<string, ErrorCode>> = {},
): DaemonError {
  const { value, part, errors } = refused;
  const placed = telling(errors).map((error) => ({ error, segments: segmentsOf(error) }));
  const depth = Math.max(...placed.map(({ segments }) => segments.length));
  const named = placed.filter(({ segments }) => segments.length === depth);
  const segments = named[0]?.segments ?? [];

  const path = segments.length === 0 ? part : dotted(segments);
  const same = named.filter((other) => dotted(other.segments) === dotted(segments));
  const expected = [...new Set(same.map(({ error }) => expectation(error)))].join(' or ');
  const received = shown(valueAt(value, segments));
  const [field] = segments;
  const code = (field === undefined ? undefined : fieldErrors[field]) ?? 'invalid_request';
  const details = { path, expected, received };
  return new DaemonError(
    code,
    `${path} must be ${expected}; got ${received}`,
    code === 'invalid_request' ? details : { ...details, field },
  );
}

/** Of a union's branches, the one whose constants fit was meant; where none fits, the constants are what is wrong. */
function telling(errors: readonly TValidationError[]): readonly TValidationError[] {
  const named = errors.filter(({ keyword }) => keyword !== 'anyOf');
  if (named.length === 0) return errors;
  const constants = named.filter(({ keyword }) => keyword === 'const');
  const dismissed = new Set(constants.map(branchOf));
  const meant = named.filter((error) => !dismissed.has(branchOf(error)));
  return constants.length === 0 ? named : meant.length > 0 ? meant : constants;
}

const branchOf = ({ schemaPath }: TValidationError): string => /^.*\/anyOf\/\d+/.exec(schemaPath)?.[0] ?? '';

function segmentsOf(error: TValidationError): readonly string[] {
  const parent = error.instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const member =
    error.keyword === 'required'
      ? error.params.requiredProperties[0]
      : error.keyword === 'additionalProperties'
        ? error.params.additionalProperties[0]
        : undefined;
  return member === undefined ? parent : [...parent, member];
}

function dotted(segments: readonly string[]): string {
  return segments.reduce(
    (path, name) => (/^\d+$/.test(name) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`),
    '',
  );
}

function expectation(error: TValidationError): string {
  switch (error.keyword) {
    case 'required':
      return 'given';
    case 'additionalProperties':
      return 'left out (it is unknown here)';
    case 'type':
      return [error.params.type].flat().join(' or ');
    case 'const':
      return JSON.stringify(error.params.allowedValue);
    case 'enum':
      return `one of ${error.params.allowedValues.join(', ')}`;
    case 'minItems':
      return `a list of at least ${error.params.limit}`;
    case 'maxLength':
      return `at most ${error.params.limit} characters`;
    case 'minimum':
    case 'exclusiveMinimum':
    case 'maximum':
    case 'exclusiveMaximum':
      return `${error.params.comparison} ${error.params.limit}`;
    case 'pattern':
      return `text of the form ${error.params.pattern}`;
    default:
      return `valid (${error.keyword})`;
  }
}

function valueAt(value: unknown, segments: readonly string[]): unknown {
  return segments.reduce<unknown>(
    (parent, name) =>
      typeof parent === 'object' && parent !== null && Object.hasOwn(parent, name)
        ? Reflect.get(parent, name)
        : undefined,
    value,
  );
}

/** A value as a person recognises it; long ones are cut. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
