/**
 * A statement is part of a unit that `IndexDb.write` commits. Other rooms get it from a function of
 * `queries/` and pass it on without looking into it.
 */
export interface Statement { readonly length: number }
