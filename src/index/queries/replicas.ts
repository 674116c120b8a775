/**
 * These rows are this node's memory of copies: promises that it gave, members that failed a proof,
 * and its spare copies. `grp` is the number of a group.
 */
import type { IndexDb, Statement } from '../engine/index-db.js'

export const allPromises = (db: IndexDb): Array<{ grp: number, peer: string }> => db.all('SELECT grp, peer FROM promises')
export const addPromise = (grp: number, peer: string): Statement => ['INSERT OR IGNORE INTO promises (grp, peer) VALUES (?, ?)', grp, peer]
export const dropPromise = (grp: number, peer: string): Statement => ['DELETE FROM promises WHERE grp = ? AND peer = ?', grp, peer]

export const allDistrusts = (db: IndexDb): Array<{ grp: number, peer: string, verdict: 'missing' | 'wrong' }> => db.all('SELECT grp, peer, verdict FROM distrusts')
export const addDistrust = (grp: number, peer: string, verdict: 'missing' | 'wrong'): Statement => ['INSERT OR REPLACE INTO distrusts (grp, peer, verdict) VALUES (?, ?, ?)', grp, peer, verdict]
export const dropDistrust = (grp: number, peer: string): Statement => ['DELETE FROM distrusts WHERE grp = ? AND peer = ?', grp, peer]

/** Returns the spare copies; `since` is this node's own time. */
export const allSpares = (db: IndexDb): Array<{ grp: number, since: number }> => db.all('SELECT grp, since FROM spares ORDER BY since')
export const addSpare = (grp: number, since: number): Statement => ['INSERT OR REPLACE INTO spares (grp, since) VALUES (?, ?)', grp, since]
export const dropSpare = (grp: number): Statement => ['DELETE FROM spares WHERE grp = ?', grp]
