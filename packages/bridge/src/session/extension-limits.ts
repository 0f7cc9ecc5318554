import { DaemonError } from '@holdfast/protocol';

/** What may be kept with a session. Source: protocol §4, extensions. */
export const extensionLimits = Object.freeze({
  maxDepth: 32,
  maxNodes: 4_096,
  maxKeys: 512,
  maxBytes: 256 * 1024,
  maxNamespaces: 32,
  maxSessionBytes: 1024 * 1024,
});

type Limit = keyof typeof extensionLimits;

/**
 * Gives the size of a JSON value in bytes of UTF-8. A scalar is one node and no level.
 * @throws extension_limit_exceeded{limit, max, value}, extension_too_large{limit, max, value}
 */
export function measuredContent(content: unknown): number {
  let nodes = 0;
  // Level by level: however deep it is, its depth cannot overflow a stack.
  let level: readonly unknown[] = [content];
  for (let depth = 0; level.length > 0; depth += 1) {
    const inner: unknown[] = [];
    nodes += level.length;
    requireWithin('maxNodes', nodes);
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      requireWithin('maxDepth', depth + 1);
      const members = Object.values(value);
      if (!Array.isArray(value)) requireWithin('maxKeys', members.length);
      for (const member of members) inner.push(member);
    }
    level = inner;
  }
  const sizeBytes = Buffer.byteLength(JSON.stringify(content));
  requireWithin('maxBytes', sizeBytes);
  return sizeBytes;
}

/** @throws extension_limit_exceeded, extension_too_large */
export function requireWithin(limit: Limit, value: number): void {
  const max = extensionLimits[limit];
  if (value <= max) return;
  const isSize = limit === 'maxBytes' || limit === 'maxSessionBytes';
  throw new DaemonError(
    isSize ? 'extension_too_large' : 'extension_limit_exceeded',
    `${words[limit]} at most ${max}; got ${value}`,
    { limit, max, value },
  );
}

const words = {
  maxDepth: 'levels of nesting must be',
  maxNodes: 'values in all must be',
  maxKeys: 'members of one object must be',
  maxBytes: 'bytes of JSON must be',
  maxNamespaces: 'namespaces of a session must be',
  maxSessionBytes: 'bytes of all extensions of a session must be',
} as const satisfies Record<Limit, string>;
