/**
 * inner_totals holds the bytes of the blocks that lie in the database itself, whatever their state.
 * Triggers keep it right. The size of the index is the size of the database without these bytes.
 */
export const INNER_SCHEMA = `
CREATE TABLE inner_totals (bytes INTEGER NOT NULL) STRICT;
INSERT INTO inner_totals SELECT coalesce(sum(length(bytes)), 0) FROM blocks WHERE bytes IS NOT NULL;
CREATE TRIGGER inner_insert AFTER INSERT ON blocks WHEN NEW.bytes IS NOT NULL BEGIN
  UPDATE inner_totals SET bytes = bytes + length(NEW.bytes);
END;
CREATE TRIGGER inner_delete AFTER DELETE ON blocks WHEN OLD.bytes IS NOT NULL BEGIN
  UPDATE inner_totals SET bytes = bytes - length(OLD.bytes);
END;
CREATE TRIGGER inner_update AFTER UPDATE OF bytes ON blocks BEGIN
  UPDATE inner_totals SET bytes = bytes - coalesce(length(OLD.bytes), 0) + coalesce(length(NEW.bytes), 0);
END;
`
