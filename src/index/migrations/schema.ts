import { AWAITED_SCHEMA } from './awaited.js'
import { CHAINS_SCHEMA } from './chains.js'
import { COPIES_SCHEMA } from './copies.js'
import type { Migrations } from '../engine/migrate.js'
import { INNER_SCHEMA } from './inner.js'
import { MAX_CAPACITY_SCHEMA } from './max-capacity.js'
import { MISSING_SCHEMA } from './missing.js'
import { NAME_TOTALS_SCHEMA } from './name-totals.js'
import { NODE_STATE_SCHEMA } from './node-state.js'
import { STANDING_SCHEMA } from './standing.js'
import { STORE_SCHEMA } from './store.js'
import { TRASH_SCHEMA } from './trash.js'
import { UNKNOWN_SCHEMA } from './unknown.js'
import { VAULT_SCHEMA } from './vault.js'
import { VERSIONS_SCHEMA } from './versions.js'

/**
 * The schema of index.db is one script a version. Scripts are appended and never changed once
 * released. Each step has a test that migrates a fixture.
 */
export const MIGRATIONS: Migrations = [STORE_SCHEMA + VAULT_SCHEMA, CHAINS_SCHEMA + NAME_TOTALS_SCHEMA + NODE_STATE_SCHEMA + MISSING_SCHEMA + VERSIONS_SCHEMA + TRASH_SCHEMA, COPIES_SCHEMA, MAX_CAPACITY_SCHEMA, STANDING_SCHEMA, INNER_SCHEMA, AWAITED_SCHEMA, UNKNOWN_SCHEMA]
