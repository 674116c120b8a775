import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { DAG_CBOR } from '../../../protocols/block/cid.js'
import { readPublic } from '../../../protocols/block/tree.js'
import { ProtocolError } from '../../../protocols/errors.js'
import type { IncomingUpload } from '../../../protocols/store/handler.js'
import type { BlockStore } from '../../blockstore/interface.js'
import { BlocksUnavailableError, InvalidDataError, NoSpaceError, StoreFailedError } from '../../errors.js'
import type { Statement } from '../../index/statement.js'
import { shortPeer, whyFailed } from '../../log.js'
import type { VisitorScheduler } from './visitor-scheduler.js'

/** A version whose blocks are here and which an entry is about to name. */
export interface CompletableUpload {
  /** Makes the version whole in one transaction with `writes`. `bytes`: what the entry claims. */
  complete: (root: CID, bytes: number, writes: readonly Statement[]) => Promise<void>
}

export interface UploadReceiverComponents {
  logger: ComponentLogger
  store: Pick<BlockStore, 'pin' | 'put' | 'read' | 'finish' | 'abort' | 'suspend'>
  scheduler: Pick<VisitorScheduler, 'note'>
  entries: {
    /** Checks the entry, then completes its upload. Resolves to the entry's id. @throws ProtocolError */
    accept: (entry: Uint8Array, upload: CompletableUpload, from: string) => Promise<Uint8Array>
  }
  replicas: {
    /** This node's copy of the root is being let go: no word is given for it. */
    letsGo: (root: CID) => boolean
  }
}

export interface UploadReceiverInit {
  /** Begun. */
  upload: Uint8Array
  /** The member that pushes, which need not hear of the entry. */
  from: string
  /** Nothing new is taken: a receipt is given where all blocks are here. */
  full: boolean
  ended: () => void
}

/** What a member pushes here, from its first block to the receipt. */
export class UploadReceiver implements IncomingUpload, CompletableUpload {
  private done_ = false
  private readonly log: Logger

  constructor (private readonly components: UploadReceiverComponents, private readonly init: UploadReceiverInit) {
    this.log = components.logger.forComponent('dfs:serve')
  }

  readonly want = async (cids: CID[]): Promise<boolean[]> => {
    const wanted = (await this.components.store.pin(this.init.upload, cids)).map((held) => !held)
    if (this.init.full && wanted.includes(true)) throw new ProtocolError('NO_SPACE', 'this member takes nothing more at present')
    return wanted
  }

  readonly store = async (cid: CID, bytes: Uint8Array): Promise<void> => {
    const { store, scheduler } = this.components
    const { upload, full } = this.init
    scheduler.note()
    if (full) await this.want([cid])
    if (cid.code === DAG_CBOR) readPublic(bytes)
    await asProtocol(store.put(cid, bytes, { upload, verified: true }))
  }

  readonly done = async (entry: Uint8Array): Promise<Uint8Array> => {
    const from = shortPeer(this.init.from)
    try {
      const id = await asProtocol(this.components.entries.accept(entry, this, this.init.from))
      this.done_ = true
      this.log('receipt to %s for the entry %t', from, id)
      return id
    } catch (error) {
      this.log('no receipt to %s: %s', from, whyFailed(error))
      throw error
    }
  }

  /**
   * A member that is letting its copy go gives no receipt for it: two that took each other's word at the same time would
   * leave no copy. Each release leans on a member that began to let go later than itself, or never, so that one stays.
   */
  readonly complete = async (root: CID, bytes: number, writes: readonly Statement[]): Promise<void> => {
    const { store, replicas } = this.components
    if (replicas.letsGo(root)) throw new ProtocolError('INCOMPLETE', 'This member is letting its own copy go')
    await checkBytes(store, root, bytes)
    await store.finish(this.init.upload, root, writes)
    this.log('version %c is whole here: %d bytes, pushed by %s', root, bytes, shortPeer(this.init.from))
  }

  /** A stream that ended may be followed by another with the same upload; a putter that gave up will not. */
  readonly end = async (aborted: boolean): Promise<void> => {
    const { store } = this.components
    const { upload, ended } = this.init
    ended()
    if (!this.done_) this.log('the push of %s ended without a receipt: %s', shortPeer(this.init.from), aborted ? 'it was given up' : 'its blocks wait for the next attempt')
    if (!this.done_) await (aborted ? store.abort(upload) : store.suspend(upload))
  }
}

/** An entry's `bytes` must be those of its root: its own length and what it says lies below (protocols/vault/README.md, "Entries"). */
async function checkBytes (store: Pick<BlockStore, 'read'>, root: CID, claimed: number): Promise<void> {
  const block = await store.read(root, { verify: false })
  if (block === undefined) throw new ProtocolError('INCOMPLETE', 'the root block was not sent')
  const bytes = block.length + readPublic(block).bytes
  if (bytes !== claimed) throw new ProtocolError('INVALID_DATA', `the entry claims ${claimed} bytes, its root says ${bytes}`)
}

/** Failures of the store as the codes that a sender can act on. */
export async function asProtocol<T> (work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof NoSpaceError) throw new ProtocolError('NO_SPACE', error.message, { cause: error })
    if (error instanceof StoreFailedError) throw new ProtocolError('READ_ONLY', error.message, { cause: error })
    if (error instanceof BlocksUnavailableError) throw new ProtocolError('INCOMPLETE', error.message, { cause: error })
    if (error instanceof InvalidDataError) throw new ProtocolError('INVALID_DATA', error.message, { cause: error })
    throw error
  }
}
