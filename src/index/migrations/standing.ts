/** Selects the ids that a forget entry names, as rows of `value` in hex. */
const named = (entry: string): string => `json_each(forget_ids(${entry}))`
/** This node's own time inside a trigger (src/index/queries/own-time.ts). */
const NOW = '(SELECT steady_ms() - skipped FROM own_time)'
const isForgotten = (row: string): string => `EXISTS (SELECT 1 FROM forgotten AS f WHERE f.version = ${row}.id AND f.tag = ${row}.tag AND f.n > 0)`
const isDead = (row: string): string => `(${row}.void = 1 OR (${row}.head = 0 AND ${isForgotten(row)}))`
/**
 * Selects the versions that a forget in the row NEW names, of its own tag. The + keeps SQLite from
 * scanning all versions of the name.
 */
const NAMED_BY_NEW = `e.id IN (SELECT unhex(value) FROM ${named('NEW.entry')}) AND +e.tag = NEW.tag`
const countNamed = (by: string, when: string): string => `INSERT INTO forgotten SELECT unhex(value), NEW.tag, ${by} FROM ${named('NEW.entry')} WHERE ${when}
    ON CONFLICT DO UPDATE SET n = n + excluded.n;`
const KILL_NAMED = `INSERT OR IGNORE INTO dead SELECT e.id, e.root, ${NOW} FROM entries AS e WHERE NEW.void = 0 AND ${NAMED_BY_NEW} AND e.root IS NOT NULL AND +e.head = 0;`

/**
 * With these tables the cost of an entry does not depend on how many other entries its name or its
 * writer has, or how many name the same parent.
 *
 * - awaits: an entry of a name's history that waits, by an entry of its `after` that is not applied
 *   here. Rows of a parent that was applied since mean nothing.
 * - unsettled: applied entries whose rows in `awaits` are still to be followed: so many entries
 *   waited for one that they are applied in several steps.
 * - entries_heads: the heads of a name, the newest first. `head` is 2 of a covered void entry,
 *   whose parents are then covered too.
 * - forgotten: how many forgets of this tag that are not void name a version, whether the version
 *   is here or not.
 */
export const STANDING_SCHEMA = `
CREATE TABLE awaits (
  parent BLOB NOT NULL,
  entry BLOB NOT NULL,
  PRIMARY KEY (parent, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE unsettled (
  tag BLOB NOT NULL,
  entry BLOB NOT NULL,
  PRIMARY KEY (tag, entry)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO awaits SELECT substr(e.parents, 32 * place.value + 1, 32), e.id
  FROM entries AS e, json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]') AS place WHERE e.waiting = 1 AND 32 * place.value < length(e.parents);
DROP INDEX entries_waiting;
DROP INDEX entries_tag;
CREATE INDEX entries_tag ON entries (tag) WHERE tag IS NOT NULL;
CREATE INDEX entries_heads ON entries (tag, kind = 'delete', clock DESC, id DESC) WHERE head = 1;

CREATE TABLE forgotten (
  version BLOB NOT NULL,
  tag BLOB NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (version, tag)
) STRICT, WITHOUT ROWID;
INSERT INTO forgotten SELECT f.version, e.tag, count(*) FROM forgets AS f JOIN entries AS e ON e.n = f.forget WHERE e.void = 0 GROUP BY f.version, e.tag;
DROP TRIGGER entries_version;
DROP TRIGGER entries_standing;
DROP TRIGGER entries_forget;
DROP TRIGGER entries_forget_void;
DROP TABLE forgets;
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
  ${countNamed('1', 'NEW.void = 0')}
  ${KILL_NAMED}
END;
CREATE TRIGGER entries_forget_void AFTER UPDATE OF void ON entries
  WHEN NEW.kind = 'forget' AND NEW.tag IS NOT NULL AND NEW.void <> OLD.void BEGIN
  ${countNamed('OLD.void - NEW.void', 'true')}
  DELETE FROM dead WHERE NEW.void = 1 AND entry IN (SELECT e.id FROM entries AS e WHERE ${NAMED_BY_NEW} AND NOT ${isDead('e')});
  ${KILL_NAMED}
END;

DROP TRIGGER entries_chain;
CREATE TRIGGER entries_chain AFTER INSERT ON entries BEGIN
  INSERT OR IGNORE INTO breaks SELECT NEW.writer, 1
    WHERE NEW.seq = 1 AND EXISTS (SELECT 1 FROM entries WHERE writer = NEW.writer AND seq = 1 AND id <> NEW.id);
  INSERT OR IGNORE INTO breaks SELECT NEW.writer, NEW.seq FROM entries AS p
    WHERE NEW.seq > 1 AND p.id = NEW.prev AND (p.writer <> NEW.writer OR p.seq NOT IN (0, NEW.seq - 1));
  INSERT OR IGNORE INTO breaks SELECT NEW.writer, CASE p.seq WHEN 0 THEN NEW.seq ELSE p.seq + 1 END
    FROM entries AS p WHERE NEW.seq > 1 AND p.id = NEW.prev AND p.writer = NEW.writer
    AND NOT EXISTS (SELECT 1 FROM tips WHERE writer = NEW.writer AND id = NEW.prev);
  INSERT OR IGNORE INTO breaks SELECT NEW.writer, min(NEW.seq, highest.seq)
    FROM (SELECT max(seq) AS seq FROM awaited WHERE prev = NEW.prev AND writer = NEW.writer) AS highest WHERE NEW.seq > 1 AND highest.seq IS NOT NULL;
  INSERT OR IGNORE INTO awaited SELECT NEW.prev, NEW.writer, NEW.seq
    WHERE NEW.seq > 1 AND NOT EXISTS (SELECT 1 FROM entries WHERE id = NEW.prev);
  DELETE FROM tips WHERE writer = NEW.writer AND id = NEW.prev;
  INSERT OR IGNORE INTO breaks SELECT writer, seq FROM awaited
    WHERE prev = NEW.id AND (writer <> NEW.writer OR NEW.seq NOT IN (0, seq - 1));
  INSERT OR IGNORE INTO tips SELECT NEW.writer, NEW.id, NEW.seq
    WHERE NOT EXISTS (SELECT 1 FROM awaited WHERE prev = NEW.id AND writer = NEW.writer);
  DELETE FROM awaited WHERE prev = NEW.id;
END;
`
