import type { ComponentLogger } from '@libp2p/interface'
import type { Entry } from '../../../protocols/vault/entry.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import type { UnknownLimits } from '../../../protocols/vault/unknown.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import type { Members } from '../members/members.js'
import type { Change } from './changes.js'

/** A verifier checks entries and returns them in the order given. */
export interface EntryVerifier { verify: (list: Uint8Array[]) => Promise<Entry[]> }

/**
 * The index has room for `all` entries, for `known` kinds that are not void, or for `none` but
 * vault kinds. Vault kinds always fit: a full node must still learn of a revoke.
 */
export type IndexRoom = 'all' | 'known' | 'none'

/** A commit writes the statements of entries, with what belongs to them, in one transaction. */
export type Commit = (statements: Statement[]) => Promise<void>

export interface EntryLogComponents {
  db: IndexDb
  members: Members
  /** @default on this thread */
  verifier?: EntryVerifier | undefined
  /** @default none */
  logger?: ComponentLogger | undefined
}

export interface EntryLogInit {
  /** Id of the vault. */
  vault: Uint8Array
  /** Missing for role store, which sees tags only. */
  keys?: ReadKeys | undefined
  onChange: (change: Change, encoded: Uint8Array, from?: string) => void
  /** Kinds of entries that fit on the disk of the index. @default all */
  room?: (() => Promise<IndexRoom>) | undefined
  unknownLimits?: UnknownLimits | undefined
}
