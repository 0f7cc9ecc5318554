import type { SessionFacts } from './entry.ts';
import type { Extensions } from './metadata.ts';

export function withExtension(
  { namespaces }: Extensions,
  { namespace, revision, sizeBytes }: SessionFacts['extension_put'],
): Extensions {
  return { edits: revision, namespaces: { ...namespaces, [namespace]: { revision, sizeBytes } } };
}

export function withoutExtension({ edits, namespaces }: Extensions, namespace: string): Extensions {
  const { [namespace]: _, ...others } = namespaces;
  return { edits: edits + 1, namespaces: others };
}
