/** The name of the timer that ends a permission request nobody answers. */
export const permissionTimer = (requestId: string): string => `permission ${requestId}`;
