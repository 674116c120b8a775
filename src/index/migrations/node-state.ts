/** node_state: single facts about this index on this node, each under its name (node-state.ts). */
export const NODE_STATE_SCHEMA = `
CREATE TABLE node_state (
  key TEXT PRIMARY KEY,
  value TEXT
) STRICT, WITHOUT ROWID;
`
