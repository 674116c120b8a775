import { AWAITED_SCHEMA } from './awaited-schema.js'
import { CHAINS_SCHEMA } from './chains-schema.js'
import { COPIES_SCHEMA } from './copies-schema.js'
import type { Migrations } from './migrate.js'
import { INNER_SCHEMA } from './inner-schema.js'
import { MAX_CAPACITY_SCHEMA } from './max-capacity-schema.js'
import { MISSING_SCHEMA } from './missing-schema.js'
import { NAME_TOTALS_SCHEMA } from './name-totals-schema.js'
import { NODE_STATE_SCHEMA } from './node-state-schema.js'
import { STANDING_SCHEMA } from './standing-schema.js'
import { STORE_SCHEMA } from './store-schema.js'
import { TRASH_SCHEMA } from './trash-schema.js'
import { UNKNOWN_SCHEMA } from './unknown-schema.js'
import { VAULT_SCHEMA } from './vault-schema.js'
import { VERSIONS_SCHEMA } from './versions-schema.js'

/** The schema of index.db, one script a version. Appended to, never changed once released; each step has a test that migrates a fixture. */
export const MIGRATIONS: Migrations = [STORE_SCHEMA + VAULT_SCHEMA, CHAINS_SCHEMA + NAME_TOTALS_SCHEMA + NODE_STATE_SCHEMA + MISSING_SCHEMA + VERSIONS_SCHEMA + TRASH_SCHEMA, COPIES_SCHEMA, MAX_CAPACITY_SCHEMA, STANDING_SCHEMA, INNER_SCHEMA, AWAITED_SCHEMA, UNKNOWN_SCHEMA]
