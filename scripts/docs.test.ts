import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { commands } from '../packages/server/src/cli/command-table.ts';
import { flagName, type OptionSpec, optionTable } from '../packages/server/src/config/option-table.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const pages = [
  '.',
  'docs',
  'docs/decisions',
  ...['protocol', 'bridge', 'sdk', 'server'].map((name) => `packages/${name}`),
]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.md'));

/** GitHub's name for a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

function brokenLinks(path: string): string[] {
  const text = read(path).replaceAll(/^```.*?^```/gms, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(root, target))) return [`${path}: ${link} does not exist`];
    if (anchor === undefined) return [];
    const page = read(target);
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
    return anchors.includes(anchor) || page.includes(`id="${anchor}"`)
      ? []
      : [`${path}: ${link} names no heading`];
  });
}

function defaultOf(spec: OptionSpec): string {
  if (spec.kind === 'number') return spec.unit === 'ms' ? `${spec.default} ms` : `${spec.default}`;
  if (spec.kind === 'choice')
    return spec.allowed.map((word, place) => (place === 0 ? `**${word}**` : word)).join(', ');
  return '';
}

describe('the documents', () => {
  test('every link leads somewhere', () => {
    expect(pages).toContain('README.md');
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });

  test('every test that faults.md names is there', () => {
    const named = [...read('docs/faults.md').matchAll(/\]\(([^)\s]+)\): ((?:"[^"]+"(?:, )?)+)/g)].flatMap(
      ([, file = '', names = '']) =>
        [...names.matchAll(/"([^"…]+?) ?…?"/g)].map(([, name = '']) => ({ file: join('docs', file), name })),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter(({ file, name }) => !read(file).includes(name))).toEqual([]);
  });

  test('operating.md has the row of every option of the daemon, as --help says it', () => {
    const rows = Object.entries(optionTable).map(
      ([name, spec]) => `| \`--${flagName(name)}\` | ${defaultOf(spec)} | ${spec.meaning} |`,
    );
    const written = read('docs/operating.md').split('\n');
    expect(written.filter((line) => line.startsWith('| `--'))).toEqual(rows);
  });

  test('command-line.md has the row of every command, as help says it', () => {
    const rows = Object.entries(commands).map(
      ([name, { summary }]) => `| \`holdfast ${name}\` | ${summary} |`,
    );
    const written = read('docs/command-line.md').split('\n');
    expect(written.filter((line) => line.startsWith('| `holdfast '))).toEqual(rows);
  });

  test('embedding.md shows the example that is compiled and run', () => {
    expect(read('docs/embedding.md')).toContain(
      `\`\`\`ts\n${read('packages/bridge/examples/embed.ts')}\`\`\``,
    );
  });

  test('nothing names a folder of one machine', () => {
    const offenders = pages.filter((path) => /(^|[\s(`'"])\/(root|work|home|Users)\//.test(read(path)));
    expect(offenders).toEqual([]);
  });
});
