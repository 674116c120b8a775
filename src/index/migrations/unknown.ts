import { IN_VAULT } from './vault.js'

const DIGITS = [2, 3, 4]
const row = (digits: number): string => `vault = (OLD.kind ${IN_VAULT}) AND prefix = lower(substr(hex(OLD.id), 1, ${digits}))`

/**
 * Entries of unknown kinds are the only entries that leave the index again
 * (protocols/vault/README.md, "Entries that are not known"). They have no `prev`, no tag and no
 * root, so that only the tables below hold rows of them.
 *
 * - unknown_use: the number of these entries of each writer, and their bytes.
 * - entries_gone undoes the triggers of the insert of such an entry.
 */
export const UNKNOWN_SCHEMA = `
CREATE TABLE unknown_use (
  writer BLOB PRIMARY KEY,
  entries INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_unknown_of ON entries (writer, id) WHERE prev IS NULL;
INSERT INTO unknown_use SELECT writer, count(*), sum(length(entry)) FROM entries WHERE prev IS NULL GROUP BY writer;
CREATE TRIGGER entries_unknown_in AFTER INSERT ON entries WHEN NEW.prev IS NULL BEGIN
  INSERT INTO unknown_use VALUES (NEW.writer, 1, length(NEW.entry))
    ON CONFLICT DO UPDATE SET entries = entries + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER entries_gone AFTER DELETE ON entries BEGIN
  UPDATE unknown_use SET entries = entries - 1, bytes = bytes - length(OLD.entry) WHERE writer = OLD.writer;
  DELETE FROM unknown_use WHERE writer = OLD.writer AND entries = 0;
${DIGITS.map((digits) => `  UPDATE digests SET count = count - 1, sum = sub256(sum, OLD.id) WHERE ${row(digits)};
  DELETE FROM digests WHERE ${row(digits)} AND count = 0;`).join('\n')}
  DELETE FROM tips WHERE writer = OLD.writer AND id = OLD.id;
END;
`
