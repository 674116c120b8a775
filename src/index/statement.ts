/**
 * One statement of a unit that IndexDb.write commits. Other rooms get it from a function of `queries/` and pass it on; what
 * stands in it is the index's alone.
 */
export interface Statement { readonly length: number }
