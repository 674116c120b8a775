/** Not OR IGNORE: an upsert that fires the trigger puts its own way of conflicts in that place. */
const unlink = (bytes: string): string => `INSERT INTO unlinks SELECT NEW.cid WHERE ${bytes} IS NULL AND NOT EXISTS (SELECT 1 FROM unlinks WHERE cid = NEW.cid);`

/**
 * Tables of garbage: what is dead waits in the trash, and goes when its time is over or room is needed.
 *
 * - blocks.trashed: set exactly when `state` is TRASHED: since when (milliseconds since 1970), from the last reading on.
 *   Nothing names a block in the trash; whatever names it again takes it out in the same transaction.
 * - trash_totals: blocks and bytes in the trash, kept right by triggers.
 * - releasing: roots that are being let go, a page of their refs at a time; `trash` 1: to the trash, 0: for good. Their own
 *   ref goes with the first page, so that they are not whole from then on. A finish of the same root ends the letting go.
 * - unlinks (store-schema) names files whose place may not be the one that their row says: of no row, or of one in the
 *   trash, or of one that was taken out of it.
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
