import type { IndexDb, Statement } from '../engine/index-db.js'

/**
 * Set when the index was rebuilt (src/rebuild): JSON with the result of the rebuild. While it is
 * set no garbage is collected, since some entries that name blocks may not be known here yet. A
 * full sync with another member removes it.
 */
export const REBUILT = 'rebuilt'

export const setNodeState = (key: string, value: string): Statement => ['INSERT OR REPLACE INTO node_state (key, value) VALUES (?, ?)', key, value]
export const dropNodeState = (key: string): Statement => ['DELETE FROM node_state WHERE key = ?', key]
export const nodeState = (db: IndexDb, key: string): string | undefined => db.get<{ value: string | null }>('SELECT value FROM node_state WHERE key = ?', key)?.value ?? undefined
