import type { IndexDb } from '../engine/index-db.js'

/** Returns the bytes of the blocks that an upload has pinned, 0 for an unknown upload. */
export const pinnedBytes = (db: IndexDb, upload: Uint8Array): number =>
  db.get<{ bytes: number }>('SELECT coalesce(sum(b.size), 0) AS bytes FROM pins JOIN blocks AS b ON b.id = pins.block AND b.state = 0 WHERE pins.upload = (SELECT n FROM uploads WHERE id = ?)', upload)?.bytes ?? 0
