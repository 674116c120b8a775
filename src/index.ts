/**
 * dfs: keeps files on all of a person's machines, encrypted, with no server. The public API: `createNode`, `openLink`, their types
 * and errors. No logic.
 */
export { createNode } from './create-node.js'
export { openLink } from './visit/open-link.js'
export { ROLES } from './interface.js'
export type * from './interface.js'
export * from './errors.js'
