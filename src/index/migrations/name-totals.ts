/**
 * name_totals holds the number of names and the bytes of their newest versions. Triggers keep it
 * right, so that `status` need not count a million names. Names are written by upserts, since a
 * REPLACE would fire no delete trigger. `bytes` is REAL, exact up to 2^53: a writer may claim sizes
 * whose sum is no INTEGER, and that must not make an entry fail.
 */
export const NAME_TOTALS_SCHEMA = `
CREATE TABLE name_totals (files INTEGER NOT NULL, bytes REAL NOT NULL) STRICT;
INSERT INTO name_totals SELECT count(*), total(size) FROM names;
CREATE TRIGGER names_insert AFTER INSERT ON names BEGIN
  UPDATE name_totals SET files = files + 1, bytes = bytes + NEW.size;
END;
CREATE TRIGGER names_delete AFTER DELETE ON names BEGIN
  UPDATE name_totals SET files = files - 1, bytes = bytes - OLD.size;
END;
CREATE TRIGGER names_size AFTER UPDATE OF size ON names WHEN OLD.size <> NEW.size BEGIN
  UPDATE name_totals SET bytes = bytes + NEW.size - OLD.size;
END;
`
