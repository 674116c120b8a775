/**
 * Condition after a column of kinds: the vault kinds, which decide whose other entries are kept.
 */
export const IN_VAULT = "IN ('admit', 'revoke', 'setting')"

/**
 * These are the tables of the vault.
 *
 * - entries: `entry` is the entry as signed. `parents`: the ids in `after`, one behind the other.
 *   `bytes`: stored bytes of the version. `head` and `waiting` (kept, not applied) follow from the
 *   history of the tag (protocols/vault/history.ts), `void` from the revokes. `prev` is null for
 *   unknown kinds.
 * - digests: count and sum (mod 2^256) of the ids that begin with `prefix` (2, 3 or 4 hex digits),
 *   of the vault kinds (`vault` 1) and of all others (0). A trigger keeps it right in the
 *   transaction that adds an entry.
 * - names: the newest version of each name on this node.
 * - members: one row a peer, of the admit that counts. writers: every writer key that an admit ever
 *   named, with that admit, since a writer stays known whichever admit counts.
 * - addresses: addresses at which members were reached.
 * - records: the newest record of each member, as signed; `heard`: the time at which it came, by
 *   this node's clock.
 * - missing: versions whose blocks are to be fetched. One trigger adds each version with its entry,
 *   others remove the row while the version is dead (src/index/migrations/versions.ts). A
 *   transaction that makes a version whole, or releases it, removes the row.
 */
export const VAULT_SCHEMA = `
CREATE TABLE entries (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  prev BLOB,
  tag BLOB,
  clock INTEGER,
  parents BLOB,
  root BLOB,
  bytes INTEGER,
  head INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  void INTEGER NOT NULL DEFAULT 0,
  entry BLOB NOT NULL
) STRICT;
CREATE INDEX entries_tag ON entries (tag, head) WHERE tag IS NOT NULL;
CREATE INDEX entries_waiting ON entries (tag) WHERE waiting = 1;
CREATE INDEX entries_root ON entries (root) WHERE root IS NOT NULL;
CREATE INDEX entries_writer ON entries (writer, seq);
CREATE TABLE names (
  name TEXT PRIMARY KEY,
  tag BLOB NOT NULL UNIQUE,
  version BLOB NOT NULL,
  root BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime INTEGER,
  type TEXT,
  time INTEGER NOT NULL,
  conflict INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE members (
  peer BLOB PRIMARY KEY,
  role TEXT NOT NULL,
  operator TEXT NOT NULL,
  label TEXT NOT NULL,
  writer BLOB,
  invite BLOB,
  admit BLOB NOT NULL,
  since INTEGER NOT NULL,
  seen INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX members_invite ON members (invite) WHERE invite IS NOT NULL;
CREATE TABLE writers (
  key BLOB PRIMARY KEY,
  peer BLOB NOT NULL,
  admit BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE addresses (
  peer TEXT NOT NULL,
  address TEXT NOT NULL,
  seen INTEGER NOT NULL,
  PRIMARY KEY (peer, address)
) STRICT, WITHOUT ROWID;
CREATE TABLE records (
  subject BLOB PRIMARY KEY,
  life INTEGER NOT NULL,
  n INTEGER NOT NULL,
  heard INTEGER NOT NULL,
  record BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE digests (
  vault INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  count INTEGER NOT NULL,
  sum BLOB NOT NULL,
  PRIMARY KEY (vault, prefix)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entries_digest AFTER INSERT ON entries BEGIN
${[2, 3, 4].map((digits) => `  INSERT INTO digests (vault, prefix, count, sum)
    VALUES (NEW.kind ${IN_VAULT}, lower(substr(hex(NEW.id), 1, ${digits})), 1, NEW.id)
    ON CONFLICT DO UPDATE SET count = count + 1, sum = add256(sum, excluded.sum);`).join('\n')}
END;
CREATE TABLE missing (
  entry BLOB PRIMARY KEY,
  root BLOB NOT NULL,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX missing_root ON missing (root);
CREATE TRIGGER entries_missing AFTER INSERT ON entries WHEN NEW.root IS NOT NULL BEGIN
  INSERT INTO missing (entry, root, bytes) VALUES (NEW.id, NEW.root, NEW.bytes);
END;
`
