import { type Static, type TObject, type TUnsafe, Type } from 'typebox';

/** A value of which only some members are ours to know; the others travel untouched. */
export type Loose<T> = T & { readonly [member: string]: unknown };

/** Declares an object whose unknown members are part of its type, as ACP's extensible values are. */
export const loose = <T extends TObject>(object: T): TUnsafe<Loose<Static<T>>> =>
  Type.Unsafe<Loose<Static<T>>>({ ...object, additionalProperties: true });
