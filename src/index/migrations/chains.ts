/**
 * Makes the trigger that keeps the tables below. `more` names columns of an entry that each row of
 * `awaited` keeps besides, from a later version on.
 */
export const chainTrigger = (...more: string[]): string => `
CREATE TRIGGER entries_chain AFTER INSERT ON entries BEGIN
  INSERT OR IGNORE INTO breaks SELECT NEW.writer, 1
    WHERE NEW.seq = 1 AND EXISTS (SELECT 1 FROM entries WHERE writer = NEW.writer AND seq = 1 AND id <> NEW.id);
  INSERT OR IGNORE INTO breaks SELECT NEW.writer, NEW.seq FROM entries AS p
    WHERE NEW.seq > 1 AND p.id = NEW.prev AND (p.writer <> NEW.writer OR p.seq NOT IN (0, NEW.seq - 1));
  INSERT OR IGNORE INTO breaks SELECT NEW.writer, coalesce((SELECT seq FROM entries WHERE writer = NEW.writer AND seq = p.seq + 1 AND prev = p.id LIMIT 1), NEW.seq)
    FROM entries AS p WHERE NEW.seq > 1 AND p.id = NEW.prev AND p.writer = NEW.writer
    AND NOT EXISTS (SELECT 1 FROM tips WHERE writer = NEW.writer AND id = NEW.prev);
  INSERT OR IGNORE INTO breaks SELECT NEW.writer, min(seq, NEW.seq) FROM awaited WHERE NEW.seq > 1 AND prev = NEW.prev AND writer = NEW.writer;
  INSERT OR IGNORE INTO awaited SELECT NEW.prev, NEW.writer, NEW.seq${more.map((column) => `, NEW.${column}`).join('')}
    WHERE NEW.seq > 1 AND NOT EXISTS (SELECT 1 FROM entries WHERE id = NEW.prev);
  DELETE FROM tips WHERE writer = NEW.writer AND id = NEW.prev;
  INSERT OR IGNORE INTO breaks SELECT writer, seq FROM awaited
    WHERE prev = NEW.id AND (writer <> NEW.writer OR NEW.seq NOT IN (0, seq - 1));
  INSERT OR IGNORE INTO tips SELECT NEW.writer, NEW.id, NEW.seq
    WHERE NOT EXISTS (SELECT 1 FROM awaited WHERE prev = NEW.id AND writer = NEW.writer);
  DELETE FROM awaited WHERE prev = NEW.id;
END;
`

/**
 * These tables hold each writer's chain of entries. A trigger keeps them right, so that neither a
 * start nor `status` reads a whole chain.
 *
 * - tips: the entries that no other entry of their writer names as `prev`; those of unknown kinds
 *   with seq 0.
 * - awaited: `prev` of entries that came before the entry that it names; `seq` is the number of the
 *   entry that waits.
 * - breaks: numbers of entries that do not follow the one before, or follow the same one as another
 *   does.
 */
export const CHAINS_SCHEMA = `
CREATE TABLE tips (
  writer BLOB NOT NULL,
  id BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (writer, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE awaited (
  prev BLOB NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (prev, writer, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE breaks (
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (writer, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_by_prev ON entries (writer, prev);
INSERT INTO tips SELECT writer, id, seq FROM entries AS e
  WHERE NOT EXISTS (SELECT 1 FROM entries AS o WHERE o.writer = e.writer AND o.prev = e.id);
INSERT INTO awaited SELECT DISTINCT prev, writer, seq FROM entries AS e
  WHERE seq > 1 AND NOT EXISTS (SELECT 1 FROM entries AS p WHERE p.id = e.prev);
INSERT INTO breaks
  SELECT e.writer, e.seq FROM entries AS e JOIN entries AS p ON p.id = e.prev
    WHERE e.seq > 1 AND (p.writer <> e.writer OR p.seq NOT IN (0, e.seq - 1))
  UNION SELECT writer, min(seq) FROM entries WHERE seq > 0 GROUP BY writer, prev HAVING count(*) > 1;
DROP INDEX entries_by_prev;
${chainTrigger()}CREATE INDEX entries_vault ON entries (n) WHERE kind IN ('admit', 'revoke', 'setting');
CREATE INDEX entries_unknown ON entries (n) WHERE kind NOT IN ('put', 'restore', 'delete', 'forget', 'admit', 'revoke', 'setting');
`
