import ts from 'typescript';
import type { Offences } from './import-rules.ts';
import { isTestFile, lineOf, roomOf, type SourceFile } from './source-file.ts';

/** Lines a file may have, blank ones and comments included. */
export const maxLines = 250;

/** No file holds more than one reader keeps in mind; tests and generated files are free. */
export function lineBudget(files: readonly SourceFile[]): Offences {
  return files
    .filter((file) => !isTestFile(file) && !file.path.includes('.gen.') && file.lineCount > maxLines)
    .map((file) => `${file.path} has ${file.lineCount} lines`);
}

/** Importers choose no names of their own. */
export function noDefaultExports(files: readonly SourceFile[]): Offences {
  return everyNode(files, (node) => {
    const isDefault =
      ts.isExportAssignment(node) ||
      (ts.isExportSpecifier(node) && node.name.text === 'default') ||
      (ts.canHaveModifiers(node) &&
        ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true);
    return isDefault ? 'exports a default' : undefined;
  });
}

const hiddenNames = ['setTimeout', 'setInterval', 'setImmediate', 'randomUUID'];
const hiddenMembers = [
  ...['Date.now', 'Math.random', 'performance.now', 'process.hrtime'],
  ...['crypto.randomUUID', 'crypto.getRandomValues', 'globalThis.setTimeout', 'globalThis.setInterval'],
];

/** Time and randomness come through ports; only `runtime/`, the demo agent and tests touch the real ones. */
export function noHiddenClock(files: readonly SourceFile[]): Offences {
  const ruled = files.filter(
    (file) =>
      roomOf(file.path) !== undefined && !isTestFile(file) && !/\/(runtime|demo-agent)\//.test(file.path),
  );
  return everyNode(ruled, (node) => {
    if (ts.isPropertyAccessExpression(node)) {
      const member = `${node.expression.getText()}.${node.name.text}`;
      return hiddenMembers.includes(member) ? `uses ${member}` : undefined;
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) {
      return 'uses new Date()';
    }
    const isHidden = ts.isIdentifier(node) && hiddenNames.includes(node.text) && isReference(node);
    return isHidden ? `uses ${node.text}` : undefined;
  });
}

/** Tells a use of the name from a member, a property or a type that happens to be called so. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isImportSpecifier(parent)) return (parent.propertyName ?? parent.name) === node;
  if (ts.isCallExpression(parent) || ts.isShorthandPropertyAssignment(parent)) return true;
  return (
    !(
      ts.isTypeElement(parent) ||
      ts.isClassElement(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isTypeQueryNode(parent)
    ) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === node)
  );
}

function everyNode(files: readonly SourceFile[], complaint: (node: ts.Node) => string | undefined): Offences {
  return files.flatMap(({ path, syntax }) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      const text = complaint(node);
      if (text !== undefined) found.push(`${path}:${lineOf(syntax, node)} ${text}`);
      ts.forEachChild(node, visit);
    };
    visit(syntax);
    return found;
  });
}
