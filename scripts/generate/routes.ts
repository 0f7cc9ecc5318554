import { operations, plannedOperations } from '@holdfast/protocol';

/** Renders the SDK's route table: what a client must know of each operation, without its schemas. */
export function renderRoutes(): string {
  const rows = Object.values({ ...operations, ...plannedOperations }).map((operation) => {
    const idempotency = 'idempotency' in operation ? `, idempotency: '${operation.idempotency}'` : '';
    return `  ${operation.name}: { method: '${operation.method}', path: '${operation.path}'${idempotency} },`;
  });
  return `// Generated from the operations of @holdfast/protocol by \`npm run generate\`. Do not edit.

/** Method and path of each operation, and how it treats an Idempotency-Key (absent: ignores it). */
export const routes = {
${rows.join('\n')}
} as const;

export type RouteName = keyof typeof routes;
`;
}
