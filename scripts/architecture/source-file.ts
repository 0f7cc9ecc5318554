import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript';

/** One import, re-export, dynamic import or import type of a file. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** True when nothing is left of it at run time. */
  readonly isTypeOnly: boolean;
  readonly isReExport: boolean;
  /** The names taken, as the other module exports them; `*` for all of them. */
  readonly names: readonly string[];
}

/** A source of ours as the rules look at it. */
export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly lineCount: number;
  readonly imports: readonly Import[];
  readonly syntax: ts.SourceFile;
}

const sourceName = /\.(ts|tsx|mts|mjs|js)$/;

/** Reads all sources below a folder of the repository, generated ones and fixtures included. */
export function readSources(root: string, folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && sourceName.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) =>
      parseSource(
        file
          .slice(root.length + 1)
          .split(sep)
          .join('/'),
        readFileSync(file, 'utf8'),
      ),
    );
}

/** Parses one source. */
export function parseSource(path: string, text: string): SourceFile {
  const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found !== undefined) imports.push({ ...found, line: lineOf(syntax, node) });
    ts.forEachChild(node, visit);
  };
  visit(syntax);
  const { length } = text.split('\n');
  return { path, lineCount: text.endsWith('\n') ? length - 1 : length, imports, syntax };
}

/** The line of a node, from 1. */
export const lineOf = (syntax: ts.SourceFile, node: ts.Node): number =>
  syntax.getLineAndCharacterOfPosition(node.getStart(syntax)).line + 1;

function importOf(node: ts.Node): Omit<Import, 'line'> | undefined {
  if (ts.isImportDeclaration(node)) {
    const { importClause } = node;
    const isTypeOnly = importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return named(node.moduleSpecifier, { isTypeOnly, isReExport: false, names: importedNames(importClause) });
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const { exportClause } = node;
    const names =
      exportClause !== undefined && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
        : ['*'];
    return named(node.moduleSpecifier, { isTypeOnly: node.isTypeOnly, isReExport: true, names });
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return named(node.arguments[0], { isTypeOnly: false, isReExport: false, names: ['*'] });
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return named(node.argument.literal, { isTypeOnly: true, isReExport: false, names: [] });
  }
  return undefined;
}

function named(specifier: ts.Node | undefined, rest: Omit<Import, 'line' | 'specifier'>) {
  return specifier !== undefined && ts.isStringLiteralLike(specifier)
    ? { specifier: specifier.text, ...rest }
    : undefined;
}

function importedNames(clause: ts.ImportClause | undefined): string[] {
  const bindings = clause?.namedBindings;
  return [
    ...(clause?.name === undefined ? [] : ['default']),
    ...(bindings !== undefined && ts.isNamespaceImport(bindings) ? ['*'] : []),
    ...(bindings !== undefined && ts.isNamedImports(bindings)
      ? bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
      : []),
  ];
}

/** The file of the repository a relative import means; undefined for a package. */
export function targetOf(file: SourceFile, { specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file.path), specifier) : undefined;
}

/** The package a bare import means, without its subpath; undefined for files and for Node's own modules. */
export function packageOf({ specifier }: Import): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Tests and what only tests use. */
export const isTestFile = ({ path }: SourceFile): boolean =>
  /\.test\.tsx?$/.test(path) || /\/(testing|fixtures)\//.test(path);

/** The name of the package a file belongs to, `protocol`, …; undefined for scripts. */
export const roomOf = (path: string): string | undefined => /^packages\/([^/]+)\//.exec(path)?.[1];
