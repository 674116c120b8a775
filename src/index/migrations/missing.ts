/**
 * `n` orders the missing versions by the arrival of their entries: it is the `n` of the entry.
 * Without it each search for the next version to fetch scanned the entries, all of them where
 * nothing was missing: a million for each put.
 */
export const MISSING_SCHEMA = `
ALTER TABLE missing ADD COLUMN n INTEGER NOT NULL DEFAULT 0;
UPDATE missing SET n = (SELECT e.n FROM entries AS e WHERE e.id = missing.entry);
CREATE INDEX missing_n ON missing (n);
`
