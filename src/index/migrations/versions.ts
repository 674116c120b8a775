/** This node's own time inside a trigger (src/index/queries/own-time.ts). */
const NOW = '(SELECT steady_ms() - skipped FROM own_time)'
/** Selects the ids that a forget entry names, as rows of `value` in hex. */
const named = (entry: string): string => `json_each(forget_ids(${entry}))`
/** Condition: a forget of the row's own tag that is not void names the row of `entries`. */
const forgotten = (row: string): string =>
  `EXISTS (SELECT 1 FROM forgets AS f JOIN entries AS by ON by.n = f.forget WHERE f.version = ${row}.id AND by.tag = ${row}.tag AND by.void = 0)`
const isDead = (row: string): string => `(${row}.void = 1 OR (${row}.head = 0 AND ${forgotten(row)}))`
/** Condition: the version below this root is whole here. */
const isWhole = (root: string): string => `EXISTS (SELECT 1 FROM blocks AS b JOIN refs AS r ON r.root = b.id AND r.block = b.id WHERE b.cid = ${root})`

/**
 * These tables say which versions (puts and restores) are dead on this node, since when, and why
 * (protocols/vault/README.md, "History", Live). Triggers keep them right in the transaction that
 * adds an entry or changes its marks; nothing else writes here. A + before a column keeps a forget
 * from scanning all versions of its name for the few that it names.
 *
 * - own_time: one row. `last`: the clock when it was last noted; `skipped`: the part of it that
 *   does not count.
 * - forgets: the ids that forgets name, whether the versions are here or not; `forget` is the `n`
 *   of the forget's entry. A query on `entries` says which forgets count (of the version's own tag,
 *   not void).
 * - dead: versions that are void, or no heads and named by a forget that counts. `since`: own time
 *   at which this was first known here; the row goes when the version is live again. A dead version
 *   is not fetched (`missing`).
 * - superseded: versions that are neither heads nor dead, and the own time at which this node first
 *   saw that.
 * - returned: versions that were dead and whose blocks were not all here when they were live again;
 *   some have come since.
 */
export const VERSIONS_SCHEMA = `
CREATE TABLE own_time (last INTEGER NOT NULL, skipped INTEGER NOT NULL) STRICT;
INSERT INTO own_time VALUES (0, 0);
CREATE TABLE forgets (
  version BLOB NOT NULL,
  forget INTEGER NOT NULL,
  PRIMARY KEY (version, forget)
) STRICT, WITHOUT ROWID;
CREATE TABLE dead (
  entry BLOB PRIMARY KEY,
  root BLOB NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX dead_root ON dead (root);
CREATE INDEX dead_since ON dead (since);
CREATE TABLE superseded (
  entry BLOB PRIMARY KEY,
  tag BLOB NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX superseded_tag ON superseded (tag);
CREATE INDEX superseded_since ON superseded (since);
CREATE TABLE returned (entry BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

INSERT INTO forgets SELECT unhex(id.value), e.n FROM entries AS e, ${named('e.entry')} AS id WHERE e.kind = 'forget' AND e.tag IS NOT NULL;
INSERT INTO dead SELECT e.id, e.root, ${NOW} FROM entries AS e WHERE e.root IS NOT NULL AND ${isDead('e')};
INSERT INTO superseded SELECT id, tag, ${NOW} FROM entries WHERE root IS NOT NULL AND head = 0 AND id NOT IN (SELECT entry FROM dead);
DELETE FROM missing WHERE entry IN (SELECT entry FROM dead);

CREATE TRIGGER dead_insert AFTER INSERT ON dead BEGIN
  DELETE FROM missing WHERE entry = NEW.entry;
  DELETE FROM superseded WHERE entry = NEW.entry;
  DELETE FROM returned WHERE entry = NEW.entry;
END;
CREATE TRIGGER dead_delete AFTER DELETE ON dead BEGIN
  INSERT OR IGNORE INTO returned SELECT OLD.entry WHERE NOT ${isWhole('OLD.root')};
  INSERT OR IGNORE INTO missing (entry, root, bytes, n) SELECT id, root, bytes, n FROM entries WHERE id = OLD.entry AND NOT ${isWhole('OLD.root')};
  INSERT OR IGNORE INTO superseded SELECT id, tag, ${NOW} FROM entries WHERE id = OLD.entry AND head = 0 AND void = 0;
END;
DROP TRIGGER entries_missing;
CREATE TRIGGER entries_version AFTER INSERT ON entries WHEN NEW.root IS NOT NULL BEGIN
  INSERT INTO missing (entry, root, bytes, n) VALUES (NEW.id, NEW.root, NEW.bytes, NEW.n);
  INSERT INTO superseded SELECT NEW.id, NEW.tag, ${NOW} WHERE NEW.head = 0 AND NEW.void = 0;
  INSERT INTO dead SELECT NEW.id, NEW.root, ${NOW} WHERE (NEW.head = 0 OR NEW.void = 1) AND ${isDead('NEW')};
END;
CREATE TRIGGER entries_standing AFTER UPDATE OF head, void ON entries
  WHEN NEW.root IS NOT NULL AND (NEW.head <> OLD.head OR NEW.void <> OLD.void) BEGIN
  DELETE FROM superseded WHERE entry = NEW.id AND (NEW.head = 1 OR NEW.void = 1);
  DELETE FROM dead WHERE entry = NEW.id AND NOT ${isDead('NEW')};
  INSERT OR IGNORE INTO superseded SELECT NEW.id, NEW.tag, ${NOW} WHERE NEW.head = 0 AND NEW.void = 0 AND NOT EXISTS (SELECT 1 FROM dead WHERE entry = NEW.id);
  INSERT OR IGNORE INTO dead SELECT NEW.id, NEW.root, ${NOW} WHERE ${isDead('NEW')};
END;
CREATE TRIGGER entries_forget AFTER INSERT ON entries WHEN NEW.kind = 'forget' AND NEW.tag IS NOT NULL BEGIN
  INSERT OR IGNORE INTO forgets SELECT unhex(value), NEW.n FROM ${named('NEW.entry')};
  INSERT OR IGNORE INTO dead SELECT id, root, ${NOW} FROM entries
    WHERE NEW.void = 0 AND id IN (SELECT unhex(value) FROM ${named('NEW.entry')}) AND +tag = NEW.tag AND root IS NOT NULL AND +head = 0;
END;
CREATE TRIGGER entries_forget_void AFTER UPDATE OF void ON entries
  WHEN NEW.kind = 'forget' AND NEW.tag IS NOT NULL AND NEW.void <> OLD.void BEGIN
  DELETE FROM dead WHERE NEW.void = 1 AND entry IN (SELECT e.id FROM entries AS e
    WHERE e.id IN (SELECT unhex(value) FROM ${named('NEW.entry')}) AND +e.tag = NEW.tag AND NOT ${isDead('e')});
  INSERT OR IGNORE INTO dead SELECT id, root, ${NOW} FROM entries
    WHERE NEW.void = 0 AND id IN (SELECT unhex(value) FROM ${named('NEW.entry')}) AND +tag = NEW.tag AND root IS NOT NULL AND +head = 0;
END;
`
