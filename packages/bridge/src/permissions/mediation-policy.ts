import type { ClientId, PermissionPolicy } from '@holdfast/protocol';

/** `consensus` counts authenticated identities, of which there is only one yet. */
export type SupportedPolicy = Exclude<PermissionPolicy, 'consensus'>;

interface Vote {
  /** Whether the voter only withdraws the question: allowed to everybody. */
  readonly isCancel: boolean;
  readonly voter: ClientId | undefined;
  /** The client whose prompt the agent works on; null when it was anonymous. */
  readonly originator: ClientId | null;
  /** Whether the vote came over a loopback socket; headers never say so. */
  readonly isLocal: boolean;
}

export type Mediation =
  | { readonly kind: 'decides' }
  | { readonly kind: 'forbidden'; readonly reason: 'designated_mismatch' | 'remote_not_allowed' };

const decides: Mediation = Object.freeze({ kind: 'decides' });

/** Tells what a vote does under the policy its request was issued with. Source: protocol §5, Permissions. */
export function mediate(policy: SupportedPolicy, vote: Vote): Mediation {
  if (vote.isCancel) return decides;
  switch (policy) {
    case 'first-responder':
      return decides;
    case 'designated':
      return vote.originator === null || vote.voter === vote.originator
        ? decides
        : { kind: 'forbidden', reason: 'designated_mismatch' };
    case 'local-only':
      return vote.isLocal ? decides : { kind: 'forbidden', reason: 'remote_not_allowed' };
    default:
      return policy satisfies never;
  }
}
