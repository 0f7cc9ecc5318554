import { type ArgSpec, DIRECTIVES, type Directive, type DirectiveName } from './directive-table.ts';

/** What the last text block of a prompt asks for. */
export type Script =
  | { readonly kind: 'plain' }
  | { readonly kind: 'script'; readonly directives: readonly Directive[] };

/** A script that cannot be obeyed; the message names the line and the remedy. */
export class DirectiveError extends Error {}

/**
 * Reads the text of a prompt as a script, one directive a line, obeyed from top to bottom:
 *
 *     line  = "/" name *( SP arg )      the name is a row of `DIRECTIVES`
 *           | "/" name SP TEXT          for those that take text: the rest of the line as it stands
 *     arg   = key "=" value | key       a key alone sets a flag
 *     value = 1*(any but white space) | a JSON string in double quotes
 *
 * A text is a script when one of its lines has a known name, or when its first line that is not blank has the form
 * of a directive. Lines of another form in a script are comments; anything else is a plain prompt.
 * @throws DirectiveError for an unknown name or key and for a value of the wrong type.
 */
export function parseScript(text: string): Script {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const named = lines.flatMap((line) => {
    const match = DIRECTIVE_LINE.exec(line);
    return match ? [{ line, name: match[1] ?? '', rest: match[2] ?? '' }] : [];
  });
  const first = lines.find((line) => line !== '') ?? '';
  if (!DIRECTIVE_LINE.test(first) && !named.some(({ name }) => isDirectiveName(name)))
    return { kind: 'plain' };
  return { kind: 'script', directives: named.map(parseLine) };
}

const DIRECTIVE_LINE = /^\/([a-z][a-z-]*)(?:\s+(.*))?$/;
const NUMBERS = { whole: /^\d+$/, integer: /^-?\d+$/, decimal: /^\d+(\.\d+)?$/ } as const;
const ARG = /^([a-z][a-z-]*)(?:=("(?:[^"\\]|\\.)*"|\S*))?(?:\s+|$)/;

function isDirectiveName(name: string): name is DirectiveName {
  return Object.hasOwn(DIRECTIVES, name);
}

function parseLine({ line, name, rest }: { line: string; name: string; rest: string }): Directive {
  if (!isDirectiveName(name))
    throw new DirectiveError(`unknown directive /${name}; /help lists the known ones`);
  const specs: Readonly<Record<string, ArgSpec>> | 'text' = DIRECTIVES[name].args;
  const args = specs === 'text' ? { text: rest } : parseArgs(specs, rest, line);
  // The table that names the directive has just shaped its arguments: `parseArgs` fills every key with its type.
  return { name, args } as Directive;
}

function parseArgs(specs: Readonly<Record<string, ArgSpec>>, rest: string, line: string): object {
  const args = new Map(Object.entries(specs).map(([key, spec]) => [key, fallbackOf(spec)]));
  for (let left = rest; left !== ''; ) {
    const match = ARG.exec(left);
    const [whole = '', key = '', value] = match ?? [];
    const spec = Object.hasOwn(specs, key) ? specs[key] : undefined;
    if (!spec) {
      const known = Object.keys(specs).join(', ') || 'none';
      throw new DirectiveError(`"${line}": cannot read "${left}"; the keys here are: ${known}`);
    }
    args.set(key, readValue(spec, value, `"${line}": ${key}`));
    left = left.slice(whole.length);
  }
  return Object.fromEntries(args);
}

function fallbackOf(spec: ArgSpec): number | string | boolean {
  switch (spec.type) {
    case 'word':
      return spec.words[0];
    case 'flag':
      return false;
    default:
      return spec.fallback;
  }
}

function readValue(spec: ArgSpec, raw: string | undefined, where: string): number | string | boolean {
  if (spec.type === 'flag') {
    if (raw === undefined || raw === 'true') return true;
    if (raw === 'false') return false;
    throw new DirectiveError(`${where} is a flag; got ${raw}`);
  }
  if (raw === undefined) throw new DirectiveError(`${where} needs a value`);
  const text = raw.startsWith('"') ? unquote(raw, where) : raw;
  switch (spec.type) {
    case 'string':
      return text;
    case 'word':
      if (spec.words.includes(text)) return text;
      throw new DirectiveError(`${where} is one of ${spec.words.join(', ')}; got ${text}`);
    case 'whole':
    case 'integer':
    case 'decimal':
      if (NUMBERS[spec.type].test(text)) return Number(text);
      throw new DirectiveError(`${where} is a number (${spec.type}); got ${text}`);
    default:
      return spec satisfies never;
  }
}

function unquote(raw: string, where: string): string {
  try {
    return String(JSON.parse(raw));
  } catch {
    throw new DirectiveError(`${where} is no JSON string: ${raw}`);
  }
}
