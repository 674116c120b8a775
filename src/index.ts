/**
 * dfs: keeps files on all of a person's machines, encrypted, with no server. The public API: `createNode`, its types
 * and errors. No logic.
 */
export { createNode } from './create-node.js'
export { ROLES } from './interface.js'
export type * from './interface.js'
export * from './errors.js'
