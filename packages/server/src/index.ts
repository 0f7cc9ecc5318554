export type { TokenAuth } from './auth/bearer-token.ts';
export { createServer, type HoldfastServer, type ServerOptions } from './create-server.ts';
export { holdfastRoutes, type RoutesOptions } from './http/holdfast-routes.ts';
export { openApiDocument } from './http/openapi-document.ts';
export type { ServerInfo } from './routes/context.ts';
