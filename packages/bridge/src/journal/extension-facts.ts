/** The facts that change what clients keep with a session: the stores find the last of them without a walk. */
export const extensionFactTypes: readonly string[] = Object.freeze(['extension_put', 'extension_removed']);
