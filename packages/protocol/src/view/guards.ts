/** An object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isText = (value: unknown): value is string => typeof value === 'string';
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
export const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
export const textOr = <T>(value: unknown, otherwise: T): string | T => (isText(value) ? value : otherwise);
export const optionalText = (value: unknown): string | undefined => textOr(value, undefined);
export const isTextOrAbsent = (value: unknown): value is string | undefined =>
  value === undefined || isText(value);
export const isTyped = (
  value: unknown,
): value is { readonly type: string; readonly [member: string]: unknown } =>
  isFields(value) && isText(value['type']);
