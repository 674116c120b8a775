import type { IndexDb, Statement } from '../engine/index-db.js'

/**
 * Set when the index was made anew from what was left (src/rebuild): JSON that says what came of it. While it is set
 * nothing is collected, since what entries name may not all be known here yet; a full sync with another member ends it.
 */
export const REBUILT = 'rebuilt'

export const setNodeState = (key: string, value: string): Statement => ['INSERT OR REPLACE INTO node_state (key, value) VALUES (?, ?)', key, value]
export const dropNodeState = (key: string): Statement => ['DELETE FROM node_state WHERE key = ?', key]
export const nodeState = (db: IndexDb, key: string): string | undefined => db.get<{ value: string | null }>('SELECT value FROM node_state WHERE key = ?', key)?.value ?? undefined
