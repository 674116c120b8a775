/**
 * dfs: keeps files on all of a person's machines, encrypted, with no server. The public API: `createNode`, `openLink`, their types
 * and errors. No logic.
 */
export { createNode } from './node/create-node.js'
export { openLink } from './share/open-link.js'
export { ROLES } from './api/node.js'
export type * from './api/node.js'
export * from './errors.js'
