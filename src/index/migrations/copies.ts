/** The upsert of a version into `groups`; `row` is a row of entries. */
const group = (row: string, from: string): string => `INSERT INTO groups (root, slot, copies, plain, bytes)
    SELECT ${row}.root, slot_of(${row}.entry), copies_of(${row}.entry), copies_of(${row}.entry) IS NULL, coalesce(${row}.bytes, 0) ${from}
    ON CONFLICT (root) DO UPDATE SET slot = min(slot, excluded.slot), plain = max(plain, excluded.plain), bytes = max(bytes, excluded.bytes),
      copies = CASE WHEN copies = 0 OR excluded.copies = 0 THEN 0 ELSE max(coalesce(copies, excluded.copies), coalesce(excluded.copies, copies)) END;`

/**
 * Tables of copies: which groups there are, and what this node said of them to others (src/replication/copies).
 *
 * - groups: one row a root that some version has, dead ones too; none ever goes, so that `n`, from 1 without a gap, names
 *   it for as long as this index is there. A version is held whole, so its root stands for all of its groups. `slot`: of
 *   its group 0. `copies`: the most that a version with this root asks for by itself; 0: everybody, which beats every
 *   number; NULL: none does. `plain`: 1 when a version with this root leaves it to the vault's setting. All of it is the
 *   same in whatever order the entries came.
 * - promises: to whom this node promised that it keeps a group; for how long is in memory, a full hour from each start.
 * - distrusts: members that failed to prove to this node that they hold a group.
 * - spares: since when, by own time, a held group has been no duty of this node.
 * - blocks_broken: the blocks that are lost or in quarantine, so that what is held can be told from them.
 */
export const COPIES_SCHEMA = `
CREATE TABLE groups (
  n INTEGER PRIMARY KEY,
  root BLOB NOT NULL UNIQUE,
  slot INTEGER NOT NULL,
  copies INTEGER,
  plain INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX groups_slot ON groups (slot);
${group('e', 'FROM entries AS e WHERE e.root IS NOT NULL ORDER BY e.n')}
CREATE TRIGGER entries_group AFTER INSERT ON entries WHEN NEW.root IS NOT NULL BEGIN
  ${group('NEW', 'WHERE true')}
END;
CREATE TABLE promises (
  grp INTEGER NOT NULL,
  peer TEXT NOT NULL,
  PRIMARY KEY (grp, peer)
) STRICT, WITHOUT ROWID;
CREATE TABLE distrusts (
  grp INTEGER NOT NULL,
  peer TEXT NOT NULL,
  verdict TEXT NOT NULL,
  PRIMARY KEY (grp, peer)
) STRICT, WITHOUT ROWID;
CREATE TABLE spares (grp INTEGER PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_broken ON blocks (state) WHERE state IN (1, 2);
`
