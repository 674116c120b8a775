/** Names in the folder of a node that belong to the store. */

/** What the folder is, and in which version: one line. Read first, written last. */
export const FORMAT = 'format'
export const LOCK = 'lock'
/** Process id of the holder of the lock, for people. Apart from `lock`, since closing any descriptor of a locked file drops the lock. */
export const LOCK_PID = 'lock.pid'
export const INDEX = 'index.db'
/** An index that is being made anew (src/rebuild). */
export const INDEX_NEW = 'index.db.new'
/** Says that large blocks lie elsewhere than this program lays them, and where; missing when they do not. */
export const LAYOUT = 'layout'
export const BLOCKS = 'blocks'
export const TMP = 'tmp'
export const QUARANTINE = 'quarantine'
export const TRASH = 'trash'
/** Bytes that are given up when the disk is so full that the index cannot even note a deletion. */
export const BALLAST = 'ballast'
