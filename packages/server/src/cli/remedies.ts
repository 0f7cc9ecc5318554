/** What a person can do about a refusal of the daemon whose own words are meant for programs. */
const remedies: Readonly<Record<string, string>> = {
  unauthorized:
    'give the token of that daemon with HOLDFAST_TOKEN or --token-file; serve says where it keeps it',
  unreachable: 'holdfast serve starts a daemon; --url or --state-dir names another',
  session_limit_exceeded:
    'archive sessions that nobody needs, or start the daemon with a higher --max-sessions',
  session_protected: 'holdfast sessions edit SESSION --protected no lifts that',
  checkpoint_not_found: 'holdfast sessions show SESSION lists those there are',
  cleanup_plan_not_found: 'ask for a new plan: run the same line again',
};

/** The remedy of a failure by its code; undefined where its message says all there is. */
export function remedyOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined;
  return Object.hasOwn(remedies, thrown.code) ? remedies[thrown.code] : undefined;
}
