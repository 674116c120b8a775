/**
 * missing, in the order in which the entries came: `n` is that of the entry. Without it each look for the next version
 * to bring walked through the entries, all of them where nothing was to come: a million for each put.
 */
export const MISSING_SCHEMA = `
ALTER TABLE missing ADD COLUMN n INTEGER NOT NULL DEFAULT 0;
UPDATE missing SET n = (SELECT e.n FROM entries AS e WHERE e.id = missing.entry);
CREATE INDEX missing_n ON missing (n);
`
