/** A row of `blocks` with this state has its bytes. */
export const HELD = 0
/** The file is gone although the row said held. */
export const LOST = 1
/** The bytes did not match the CID. They lie in quarantine and are not served. */
export const QUARANTINED = 2
/**
 * Nothing names the block. It can be read until the trash is emptied
 * (src/index/migrations/trash.ts).
 */
export const TRASHED = 3

/**
 * These are the tables of the block store.
 *
 * - blocks: one row a CID (36 bytes). `bytes` is NULL when the block lies in a file. `kept` is 1
 *   for a block that was put without an upload. `verified` is the time at which its hash was last
 *   right (milliseconds since 1970).
 * - uploads, pins: the blocks that an upload keeps. `start` is set for local uploads and names the
 *   process. `reached` marks pins that the finishing walk has seen below the root.
 * - refs: the blocks that a finished root keeps, itself included. Both columns are ids of blocks.
 * - unlinks: files whose row is gone and which are still to be unlinked.
 * - totals: held blocks and bytes, kept right by triggers.
 * - guard: takes no row, so that a statement can refuse its unit.
 */
export const STORE_SCHEMA = `
CREATE TABLE blocks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  cid BLOB NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  state INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  verified INTEGER NOT NULL,
  bytes BLOB
) STRICT;
CREATE TABLE uploads (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  writer TEXT NOT NULL,
  start BLOB,
  expires INTEGER NOT NULL
) STRICT;
CREATE TABLE pins (
  upload INTEGER NOT NULL,
  block INTEGER NOT NULL,
  reached INTEGER NOT NULL,
  PRIMARY KEY (upload, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX pins_block ON pins (block);
CREATE TABLE refs (
  root INTEGER NOT NULL,
  block INTEGER NOT NULL,
  PRIMARY KEY (root, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX refs_block ON refs (block);
CREATE TABLE unlinks (cid BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE totals (blocks INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES (0, 0);
CREATE TABLE guard (ok INTEGER NOT NULL CONSTRAINT guard_refused CHECK (ok)) STRICT;
CREATE TRIGGER blocks_insert AFTER INSERT ON blocks WHEN NEW.state = 0 BEGIN
  UPDATE totals SET blocks = blocks + 1, bytes = bytes + NEW.size;
END;
CREATE TRIGGER blocks_delete AFTER DELETE ON blocks WHEN OLD.state = 0 BEGIN
  UPDATE totals SET blocks = blocks - 1, bytes = bytes - OLD.size;
END;
CREATE TRIGGER blocks_unlink AFTER DELETE ON blocks WHEN OLD.bytes IS NULL BEGIN
  INSERT OR IGNORE INTO unlinks VALUES (OLD.cid);
END;
CREATE TRIGGER blocks_state AFTER UPDATE OF state, size ON blocks WHEN OLD.state <> NEW.state OR OLD.size <> NEW.size BEGIN
  UPDATE totals SET blocks = blocks + (NEW.state = 0) - (OLD.state = 0),
    bytes = bytes + (NEW.state = 0) * NEW.size - (OLD.state = 0) * OLD.size;
END;
`
