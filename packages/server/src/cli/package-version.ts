import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The version of this package, as published. */
export function packageVersion(): string {
  const path = findPackageJSON('.', import.meta.url);
  const manifest: unknown = path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8'));
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest && typeof manifest.version === 'string' ? manifest.version : '0.0.0';
}
