import type { Blocks } from './interface/blocks.js'
import type { Maintenance } from './interface/maintenance.js'
import type { Roots } from './interface/roots.js'
import type { Uploads } from './interface/uploads.js'

export type * from './interface/blobs.js'
export type * from './interface/blocks.js'
export type * from './interface/maintenance.js'
export type * from './interface/options.js'
export type * from './interface/roots.js'
export type * from './interface/uploads.js'

/**
 * The content-addressed store: blocks of this project's CIDs (protocols/block), each durable when `put` has resolved.
 * It is an interface-blockstore too; `put` without an upload keeps the block until `delete`.
 *
 * A block in the trash (`release`) is there for `has`, `stat`, `get` and `read`, and reading it begins its time anew; `put`,
 * `pin` and `finish` take it out again, since from then on something names it. `getAll` lists what is held.
 */
export interface BlockStore extends Blocks, Uploads, Roots, Maintenance {}
