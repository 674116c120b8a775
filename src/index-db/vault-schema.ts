/**
 * Tables of the vault's index.
 *
 * - entries: as signed. `parents`: the ids in `after`, one behind the other; `bytes`: of the version as stored; `head` and
 *   `waiting` (kept, not applied) are what protocols/vault/history says of the tag's entries.
 * - names: what a name means on this node.
 * - members: one row a peer, of the admit that counts. writers: every writer key that an admit ever named, with that
 *   admit, since a writer stays known whichever admit counts.
 * - addresses: where members were reached.
 * - owed: versions of this node that fewer members have than its put wanted (`copies` more, beside the `holders`, a JSON
 *   list of peers).
 */
export const VAULT_SCHEMA = `
CREATE TABLE entries (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  tag BLOB,
  clock INTEGER,
  parents BLOB,
  root BLOB,
  bytes INTEGER,
  head INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  entry BLOB NOT NULL
) STRICT;
CREATE INDEX entries_tag ON entries (tag) WHERE tag IS NOT NULL;
CREATE INDEX entries_heads ON entries (tag) WHERE head = 1;
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
CREATE TABLE owed (
  entry BLOB PRIMARY KEY,
  copies INTEGER NOT NULL,
  holders TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
