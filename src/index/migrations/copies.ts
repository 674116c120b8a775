/** Makes the upsert of a version into `groups`; `row` is a row of entries. */
const group = (row: string, from: string): string => `INSERT INTO groups (root, slot, copies, plain, bytes)
    SELECT ${row}.root, slot_of(${row}.entry), copies_of(${row}.entry), copies_of(${row}.entry) IS NULL, coalesce(${row}.bytes, 0) ${from}
    ON CONFLICT (root) DO UPDATE SET slot = min(slot, excluded.slot), plain = max(plain, excluded.plain), bytes = max(bytes, excluded.bytes),
      copies = CASE WHEN copies = 0 OR excluded.copies = 0 THEN 0 ELSE max(coalesce(copies, excluded.copies), coalesce(excluded.copies, copies)) END;`

/**
 * These tables describe copies: the groups of the vault, and the promises and doubts of this node
 * (src/replication/placement).
 *
 * - groups: one row for each root that some version has, dead ones included. No row is ever
 *   removed, so that `n`, from 1 without a gap, names a group for the life of this index. A version
 *   is held whole, so its root stands for all of its groups. `slot`: the slot of its group 0.
 *   `copies`: the highest number that a version with this root asks for; 0: all members, which
 *   beats every number; NULL: no version asks. `plain`: 1 when a version with this root leaves the
 *   number to the vault's setting. The row is the same in whatever order the entries came.
 * - promises: members to whom this node promised to keep a group. The time of a promise is in
 *   memory, and is a full hour from each start.
 * - distrusts: members that failed to prove to this node that they hold a group.
 * - spares: own time since which a held group has been a spare copy.
 * - blocks_broken: index of the blocks that are lost or in quarantine.
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
