/**
 * node_state holds single facts about this index, each under its name
 * (src/index/queries/node-state.ts).
 */
export const NODE_STATE_SCHEMA = `
CREATE TABLE node_state (
  key TEXT PRIMARY KEY,
  value TEXT
) STRICT, WITHOUT ROWID;
`
