import * as protocol from '@holdfast/protocol';

/** A JSON Schema, as far as the reference reads it. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly [keyword: string]: unknown;
}

/** Reads a TypeBox schema as what it is: JSON Schema. */
export const asSchema = (value: object): Schema => value as Schema;

const isNamed = (schema: Schema) =>
  schema.type === 'object' && Object.keys(schema.properties ?? {}).length > 0;

/** Schemas with a name of their own, by their text; requests and questions of one operation are shown there. */
const names: ReadonlyMap<string, string> = new Map(
  Object.entries(protocol)
    .filter(([name]) => /^[A-Z]/.test(name) && !/(Body|Query)$/.test(name))
    .flatMap(([name, value]) =>
      typeof value === 'object' && isNamed(asSchema(value)) ? [[JSON.stringify(value), name] as const] : [],
    ),
);

/** The shapes that the reference lists by name, in order of their names. */
export const shapes: readonly (readonly [string, Schema])[] = [...names]
  .map(([text, name]) => [name, JSON.parse(text) as Schema] as const)
  .sort(([a], [b]) => a.localeCompare(b));

export const escapeCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const anchor = (name: string) => `[${name}](#shape-${name.toLowerCase()})`;
const literal = (value: unknown) => `\`${JSON.stringify(value)}\``;

/** Says a type in a few words; a shape with a name is a link to it. */
export function typeText(schema: Schema): string {
  const name = names.get(JSON.stringify({ ...schema }));
  if (name !== undefined) return anchor(name);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' \\| ');
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' \\| ');
  if (schema.type === 'array') return `array of ${typeText(schema.items ?? {})}`;
  if (schema.type === 'object') return objectText(schema);
  return schema.type ?? 'any';
}

function objectText({ properties, required = [] }: Schema): string {
  if (properties === undefined) return 'object';
  const members = Object.entries(properties).map(
    ([name, member]) => `${name}${required.includes(name) ? '' : '?'}: ${typeText(member)}`,
  );
  return members.length === 0 ? '`{}`' : `{ ${members.join(', ')} }`;
}

/** A table of an object's members. */
export function fieldTable(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const isRequired = schema.required?.includes(name) ?? false;
    return `| \`${name}\`${isRequired ? '' : '?'} | ${typeText(member)} | ${remark(member)} |`;
  });
  return ['| Member | Type | |', '|---|---|---|', ...rows].join('\n');
}

function remark(schema: Schema): string {
  const bounds = [
    bound('≥', schema['minimum']),
    bound('>', schema['exclusiveMinimum']),
    bound('≤', schema['maximum']),
    bound('at least', schema['minLength'], 'characters'),
    bound('at most', schema['maxLength'], 'characters'),
  ].filter((text) => text !== '');
  return escapeCell(
    [schema.description?.replace(/\.$/, '') ?? '', bounds.join(', ')]
      .filter((text) => text !== '')
      .join('; '),
  );
}

const bound = (word: string, value: unknown, unit = '') =>
  value === undefined ? '' : `${word} ${String(value)}${unit === '' ? '' : ` ${unit}`}`;
