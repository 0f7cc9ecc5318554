import { delimiter } from 'node:path';
import { DaemonError } from '@holdfast/protocol';
import { envName, flagName, type OptionName, type OptionSpec, optionTable } from './option-table.ts';

/** Where a value came from. */
export type ValueSource = 'flag' | 'environment' | 'file' | 'default';

/** A value as it was found: text from flags and environment, JSON from the file. */
export type RawValue = unknown;

/** What a checked value can be. */
export type CheckedValue = number | string | boolean | readonly string[];

/** A checked value, and what the user should hear about it. */
export interface Parsed {
  readonly value: CheckedValue;
  readonly notice?: string;
}

/** How a person would write the option there. */
export function spelling(name: OptionName, source: ValueSource): string {
  if (source === 'environment') return envName(name);
  return source === 'flag' ? `--${flagName(name)}` : `"${name}"`;
}

/**
 * Checks one value against its row of the table. Durations too long for a timer are cut, with a notice.
 * @throws invalid_option naming the option, the value and what is allowed
 */
export function parseValue(name: OptionName, raw: RawValue, source: ValueSource): Parsed {
  const spec = optionTable[name];
  const refuse = (allowed: string): never => {
    throw new DaemonError(
      'invalid_option',
      `${spelling(name, source)} must be ${allowed}; got ${JSON.stringify(raw)}`,
    );
  };
  switch (spec.kind) {
    case 'number':
      return parseNumber(spec, raw, source, { refuse, label: spelling(name, source) });
    case 'choice':
      if (typeof raw === 'string' && spec.allowed.includes(raw)) return { value: raw };
      return refuse(`one of ${spec.allowed.join(', ')}`);
    case 'text':
      if (typeof raw === 'string' && raw.trim() !== '') return { value: raw };
      return refuse('a text that is not empty');
    case 'list':
      return { value: parseList(spec, raw, source) ?? refuse('a list of texts that are not empty') };
    case 'switch':
      return { value: parseSwitch(raw) ?? refuse('true or false') };
    default:
      return spec satisfies never;
  }
}

function parseNumber(
  spec: Extract<OptionSpec, { kind: 'number' }>,
  raw: RawValue,
  source: ValueSource,
  { refuse, label }: { refuse: (allowed: string) => never; label: string },
): Parsed {
  const allowed = `a whole number of ${spec.unit} from ${spec.minimum} to ${spec.maximum}`;
  const isText = typeof raw === 'string' && source !== 'file';
  if (isText && !/^\d+$/.test(raw)) return refuse(allowed);
  const value = isText ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isFinite(value) || !Number.isInteger(value))
    return refuse(allowed);
  if (spec.unit === 'ms' && value > spec.maximum) {
    return {
      value: spec.maximum,
      notice: `${label} ${value} is longer than a timer can wait; using ${spec.maximum}`,
    };
  }
  return value < spec.minimum || value > spec.maximum ? refuse(allowed) : { value };
}

const separators = { path: delimiter, line: '\n', comma: ',' } as const;

function parseList(
  spec: Extract<OptionSpec, { kind: 'list' }>,
  raw: RawValue,
  source: ValueSource,
): readonly string[] | undefined {
  const isOneText = typeof raw === 'string';
  const entries =
    isOneText && source === 'environment' ? raw.split(separators[spec.separator]) : isOneText ? [raw] : raw;
  if (!Array.isArray(entries)) return undefined;
  const texts = entries.map((entry) => (typeof entry === 'string' ? entry.trim() : ''));
  return texts.includes('') ? undefined : texts;
}

function parseSwitch(raw: RawValue): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  if (raw === '1' || raw === 'true') return true;
  return raw === '0' || raw === 'false' ? false : undefined;
}
