import { type InitializeResponse, PROTOCOL_VERSION, RPC_CODE, RpcError } from './acp.ts';
import type { AgentOptions, AgentSwitch } from './agent-options.ts';
import type { OpenSessions } from './demo-session.ts';
import { optionDelay } from './option-delay.ts';
import { restoreMethods } from './restore-methods.ts';
import type { Handlers, Reply, RequestHandler } from './rpc-peer.ts';
import type { Host } from './turn.ts';
import { turnMethods } from './turn-methods.ts';

/** What is left out of the methods and capabilities by a switch. */
const WITHDRAWN: ReadonlyMap<string, AgentSwitch> = new Map([
  ['session/load', 'no-load'],
  ['session/resume', 'no-resume'],
  ['session/fork', 'no-fork'],
  ['session/close', 'no-close'],
  ['session/list', 'no-list'],
  ['session/delete', 'no-delete'],
  ['session/set_mode', 'no-modes'],
  ['session/set_model', 'no-models'],
  ['session/set_config_option', 'no-config-options'],
  ['_session/steering', 'no-inject'],
]);

/** Which ACP method the agent answers how. */
export function agentMethods(host: Host, options: AgentOptions): Handlers {
  const open: OpenSessions = new Map();
  const { requests, notifications } = turnMethods(host, open, options);
  const all = new Map<string, RequestHandler>([
    ...connectionMethods(options),
    ...behindLogin(options, restoreMethods(host, { open, options })),
    ...requests,
  ]);
  for (const [method, withdrawal] of WITHDRAWN) if (options.switches.has(withdrawal)) all.delete(method);
  return { requests: all, notifications };
}

function connectionMethods(options: AgentOptions): Map<string, RequestHandler> {
  return new Map<string, RequestHandler>([
    [
      'initialize',
      async () => {
        if (options.switches.has('never-initialize')) return new Promise<Reply>(() => {});
        await optionDelay(options, 'init-delay-ms');
        return { result: introduction(options) };
      },
    ],
  ]);
}

const LOGIN = { id: 'demo-login', name: 'Demo login', description: 'Always succeeds' } as const;

/** Puts methods behind `authenticate` when the switch asks for it; -32000 is the sign of it. */
function behindLogin(
  options: AgentOptions,
  methods: ReadonlyMap<string, RequestHandler>,
): Map<string, RequestHandler> {
  let isLoggedIn = !options.switches.has('auth-required');
  const guarded = [...methods].map(([method, handler]): [string, RequestHandler] => [
    method,
    (params, signal) => {
      if (isLoggedIn) return handler(params, signal);
      throw new RpcError(RPC_CODE.authRequired, 'Authentication required', { authMethods: [LOGIN] });
    },
  ]);
  const authenticate: RequestHandler = ({ methodId }) => {
    if (methodId !== LOGIN.id) throw new RpcError(RPC_CODE.invalidParams, `the only method is ${LOGIN.id}`);
    isLoggedIn = true;
    return { result: {} };
  };
  return new Map([...guarded, ['authenticate', authenticate]]);
}

function introduction({ switches }: AgentOptions): InitializeResponse {
  const offer = (withdrawal: AgentSwitch) => (switches.has(withdrawal) ? undefined : {});
  return {
    protocolVersion: PROTOCOL_VERSION,
    agentCapabilities: {
      loadSession: !switches.has('no-load'),
      promptCapabilities: { image: true, audio: true, embeddedContext: true },
      mcpCapabilities: { http: true, sse: true },
      sessionCapabilities: {
        list: offer('no-list'),
        resume: offer('no-resume'),
        close: offer('no-close'),
        delete: offer('no-delete'),
        fork: offer('no-fork'),
      },
    },
    authMethods: switches.has('auth-required') ? [LOGIN] : [],
    _meta: switches.has('no-inject') ? undefined : { steering: { supported: true } },
    agentInfo: { name: 'holdfast-demo', title: 'Holdfast demo agent', version: '1.0.0' },
  };
}
