/** What is generated of the operation of this name: method, path, and how it treats an Idempotency-Key. */
export type RouteText<N extends string = string> = string & { readonly operation?: N };

/** What a client needs to know of an operation. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** How the daemon treats an Idempotency-Key; absent when it ignores it. */
  readonly idempotency?: 'join' | 'refuse';
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Reads what is generated of an operation. */
export function routeOf(text: RouteText): Route {
  const [method = '', path = '', idempotency] = text.split(' ');
  // The generator writes one of the two, or nothing.
  return { method, path, idempotency: idempotency as Route['idempotency'] };
}

/** Builds the URL of an operation: each parameter fills one segment, undefined query members are left out. */
export function routeUrl(
  baseUrl: string,
  route: Route,
  params: Readonly<Record<string, string>>,
  query: Query,
): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? baseUrl + path : `${baseUrl}${path}?${search}`;
}
