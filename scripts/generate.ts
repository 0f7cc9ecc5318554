// npm run generate: writes what derives from the declarations of @holdfast/protocol.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderProtocolReference } from './generate/protocol-reference.ts';
import { renderRoutes } from './generate/routes.ts';

/** Each generated file, by its path from the root of the repository. */
export const generatedFiles: Readonly<Record<string, () => string>> = {
  'packages/sdk/src/transport/routes.gen.ts': renderRoutes,
  'docs/protocol.md': renderProtocolReference,
};

export const pathOf = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));

if (import.meta.main)
  for (const [file, render] of Object.entries(generatedFiles)) {
    writeFileSync(pathOf(file), render());
    console.log(`wrote ${file}`);
  }
