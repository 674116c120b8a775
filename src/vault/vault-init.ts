import type { IfVersion } from './entries/precondition.js'
import type { ComponentLogger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { IndexDb } from '../index/engine/index-db.js'
import type { Statement } from '../index/statement.js'
import type { Change, EntryVerifier, IndexRoom } from './entries/entry-log.js'
import type { Secrets } from './keys/keyring.js'

export interface VaultParts {
  db: IndexDb
  /** @default none */
  logger?: ComponentLogger
  secrets: Secrets
  /** Keeps changed secrets durably. */
  save: (secrets: Secrets) => Promise<void>
  onChange: (change: Change, encoded: Uint8Array, from?: string) => void
  /** PeerId of this node, 38 bytes. @default the vault never learns that this node was revoked */
  self?: Uint8Array
  /** Verifies entries of other members. @default on this thread */
  verifier?: EntryVerifier
  /** Kinds of entries that fit on the disk of the index. @default all */
  room?: (() => Promise<IndexRoom>) | undefined
}

/** The pinned blocks of a version that an entry is about to name. */
export interface VersionUpload {
  /** Commits version and `writes` in one transaction; the entry claims `bytes`. */
  complete: (root: CID, bytes: number, writes: readonly Statement[]) => Promise<void>
}

/** The values that a put needs before its first chunk is sealed. */
export interface PutPlan {
  name: string
  /** Salt of all blocks of the version. */
  salt: Uint8Array
  /** Lineage of the name, which its later entries carry on. Scope `lineage` uses it as the salt. */
  lineage: Uint8Array
  /** Placement seed of the name. */
  seed: Uint8Array
  /** True when the salt is new, so that no other node can have a block of the version. */
  fresh: boolean
}

export interface NewVersion {
  root: CID
  key: Uint8Array
  size: number
  bytes: number
  /** Lineage of the plan. */
  lineage: Uint8Array
  /** @default random */
  seed?: Uint8Array
  mtime?: Date
  type?: string
  props?: Record<string, string>
  copies?: number
  /** Checked in the step that commits the version. */
  ifVersion?: IfVersion
}
