/**
 * Makes the insert into `unlinks`. OR IGNORE would not do: an upsert that fires the trigger
 * replaces the conflict clause with its own.
 */
const unlink = (bytes: string): string => `INSERT INTO unlinks SELECT NEW.cid WHERE ${bytes} IS NULL AND NOT EXISTS (SELECT 1 FROM unlinks WHERE cid = NEW.cid);`

/**
 * These tables describe garbage: dead blocks wait in the trash, and are removed when their time is
 * over or room is needed.
 *
 * - blocks.trashed: set exactly when `state` is TRASHED: the time in milliseconds since 1970 at
 *   which the block came into the trash, or was last read there. Nothing names a block in the
 *   trash. A transaction that names the block again takes it out.
 * - trash_totals: blocks and bytes in the trash, kept right by triggers.
 * - releasing: roots that are being released, a page of their refs at a time. `trash` 1: to the
 *   trash, 0: for good. The root's own ref goes with the first page, so that the root is not whole
 *   from then on. A finish of the same root ends the release.
 * - unlinks (src/index/migrations/store.ts) names files whose place may not be the place that their
 *   row says: files of no row, of a row in the trash, or of a row that was taken out of the trash.
 */
export const TRASH_SCHEMA = `
ALTER TABLE blocks ADD COLUMN trashed INTEGER;
CREATE INDEX blocks_trashed ON blocks (trashed) WHERE trashed IS NOT NULL;
CREATE TABLE trash_totals (blocks INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
INSERT INTO trash_totals VALUES (0, 0);
CREATE TRIGGER trash_in AFTER UPDATE OF state ON blocks WHEN NEW.state = 3 AND OLD.state <> 3 BEGIN
  UPDATE trash_totals SET blocks = blocks + 1, bytes = bytes + NEW.size;
  ${unlink('NEW.bytes')}
END;
CREATE TRIGGER trash_out AFTER UPDATE OF state ON blocks WHEN OLD.state = 3 AND NEW.state <> 3 BEGIN
  UPDATE trash_totals SET blocks = blocks - 1, bytes = bytes - OLD.size;
  ${unlink('OLD.bytes')}
END;
CREATE TRIGGER trash_gone AFTER DELETE ON blocks WHEN OLD.state = 3 BEGIN
  UPDATE trash_totals SET blocks = blocks - 1, bytes = bytes - OLD.size;
END;
CREATE TABLE releasing (root INTEGER PRIMARY KEY, trash INTEGER NOT NULL) STRICT;
CREATE TRIGGER refs_again AFTER INSERT ON refs WHEN NEW.root = NEW.block BEGIN
  DELETE FROM releasing WHERE root = NEW.root;
END;
`
