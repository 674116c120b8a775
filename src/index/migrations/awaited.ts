import { chainTrigger } from './chains.js'

/**
 * `awaited` keeps `n` of the first entry that waits, so that one can tell whether a comparison with
 * a member began after that entry came.
 */
export const AWAITED_SCHEMA = `
ALTER TABLE awaited ADD COLUMN n INTEGER NOT NULL DEFAULT 0;
UPDATE awaited SET n = coalesce((SELECT min(n) FROM entries AS e WHERE e.writer = awaited.writer AND e.seq = awaited.seq AND e.prev = awaited.prev), 0);
DROP TRIGGER entries_chain;
${chainTrigger('n')}
`
