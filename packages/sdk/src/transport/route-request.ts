import { type RouteName, routes } from './routes.gen.ts';

/** What the generated table says about an operation, as far as a client needs it. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** How the daemon treats an Idempotency-Key; absent when it ignores it. */
  readonly idempotency?: 'join' | 'refuse';
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Looks an operation up. */
export const routeOf = (name: RouteName): Route => routes[name];

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
