import { operations } from '@holdfast/protocol';

/** Renders the SDK's route table: what a client must know of each operation, without its schemas. */
export function renderRoutes(): string {
  const rows = Object.values(operations).map((operation) => {
    const idempotency = 'idempotency' in operation ? ` ${operation.idempotency}` : '';
    const { name, method, path } = operation;
    return `export const ${name} = '${method} ${path}${idempotency}' as RouteText<'${name}'>;`;
  });
  return `// Generated from the operations of @holdfast/protocol by \`npm run generate\`. Do not edit.

import type { RouteText } from './route-request.ts';

// Method and path of each operation, and how it treats an Idempotency-Key (absent: ignores it), as one text, and each a
// constant of its own: so a bundle has those that are called, without their names, which are types alone.
${rows.join('\n')}
`;
}
