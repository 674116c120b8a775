import type { CID } from 'multiformats/cid'
import { DAG_CBOR } from '../../../protocols/block/cid.js'
import { readPublic } from '../../../protocols/block/tree.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { GET_PROTOCOL } from '../../../protocols/get/constants.js'
import { handleGet } from '../../../protocols/get/handler.js'
import { STORE_PROTOCOL } from '../../../protocols/store/constants.js'
import { handleStore, type IncomingUpload } from '../../../protocols/store/handler.js'
import { BlocksUnavailableError, InvalidDataError, NoSpaceError, StoreFailedError } from '../../errors.js'
import type { Statement } from '../../index/statement.js'
import type { Peers, Session } from '../../network/peers.js'
import type { BlockStore } from '../../blockstore/interface.js'
import type { InboundUploads } from './inbound-uploads.js'
import type { DrainTracker } from './drain-tracker.js'
import { readHeld } from './read-held.js'
import { VisitorService } from './serve-visitors.js'
import { VisitorScheduler } from './visitor-scheduler.js'
import type { Timer } from '../../async/timer.js'

/** Inbound streams a peer, by protocol (protocols/README.md, limits). */
const STORE_STREAMS_PER_PEER = 4
const GET_STREAMS_PER_PEER = 8

export interface ServeParts {
  peers: Peers
  store: BlockStore
  /** Told of the uploads of members. */
  uploads: InboundUploads
  /** Told of the blocks that members ask for. */
  pulls: DrainTracker
  timer: Pick<Timer, 'now'>
  /** Why this node takes no new blocks, as its own record and certificate say it; undefined: it does. */
  takes: () => 'lends nothing' | 'takes nothing more' | undefined
  /**
   * Takes in the entry of a finished upload: checks it, then calls `finish` with the root that it names, the bytes it
   * claims and what to write in the same transaction. Resolves to the entry's id; throws ProtocolError. `from`: the
   * member that pushed it, which need not hear of it.
   */
  acceptEntry: (entry: Uint8Array, finish: (root: CID, bytes: number, extra: Statement[]) => Promise<void>, from: string) => Promise<Uint8Array>
}

/** Answers `/dfs/get/1.0.0` and `/dfs/store/1.0.0` from the store; visitors the first alone, after members. */
export async function serve ({ peers, store, uploads, pulls, timer, takes, acceptEntry }: ServeParts): Promise<void> {
  const turns = new VisitorScheduler(timer)
  await peers.handle(GET_PROTOCOL, async (stream, session) => {
    await handleGet(stream, {
      read: (cid) => {
        pulls.asked()
        turns.note()
        return readHeld(store, cid)
      },
      size: (cid) => store.stat(cid)?.size,
      complain: async (cid) => { await store.recheck(cid) },
      peer: session.peer,
      signal: session.signal
    })
  }, { maxInbound: GET_STREAMS_PER_PEER, visitors: new VisitorService(store, turns).handle })

  await peers.handle(STORE_PROTOCOL, async (stream, session) => {
    await handleStore(stream, {
      open: async ({ upload, expected }) => {
        mayPush(session)
        // as it is now: what this upload reserves must not make the node refuse its rest
        const refuses = takes()
        if (refuses === 'lends nothing') throw new ProtocolError('NO_SPACE', 'this member lends nothing')
        await asProtocol(store.begin({ upload, writer: session.peer, expected }))
        return incoming({ store, upload, from: session.peer, acceptEntry, ended: uploads.begun(), turns, full: refuses !== undefined })
      }
    }, { peer: session.peer, signal: session.signal })
  }, { maxInbound: STORE_STREAMS_PER_PEER })
}

function mayPush (session: Session): void {
  if (session.role !== 'owner' && session.role !== 'write') {
    throw new ProtocolError('NOT_ALLOWED', `a member with role ${session.role} pushes nothing`)
  }
}

interface Incoming extends Pick<ServeParts, 'store' | 'acceptEntry'> {
  upload: Uint8Array
  from: string
  ended: () => void
  turns: VisitorScheduler
  /** Nothing new is taken: a receipt is given where all blocks are here. */
  full: boolean
}

function incoming ({ store, upload, from, acceptEntry, ended, turns, full }: Incoming): IncomingUpload {
  let done = false
  const want = async (cids: CID[]): Promise<boolean[]> => {
    const wanted = (await store.pin(upload, cids)).map((held) => !held)
    if (full && wanted.includes(true)) throw new ProtocolError('NO_SPACE', 'this member takes nothing more at present')
    return wanted
  }
  return {
    want,
    store: async (cid, bytes) => {
      turns.note()
      if (full) await want([cid])
      if (cid.code === DAG_CBOR) readPublic(bytes)
      await asProtocol(store.put(cid, bytes, { upload, verified: true }))
    },
    done: async (entry) => {
      const id = await asProtocol(acceptEntry(entry, async (root, bytes, extra) => {
        await checkBytes(store, root, bytes)
        await store.finish(upload, root, extra)
      }, from))
      done = true
      return id
    },
    // a stream that ended may be followed by another with the same upload; a putter that gave up will not
    end: async (aborted) => {
      ended()
      if (!done) await (aborted ? store.abort(upload) : store.suspend(upload))
    }
  }
}

/** An entry's `bytes` must be those of its root: its own length and what it says lies below (formats, "Entry"). */
async function checkBytes (store: BlockStore, root: CID, claimed: number): Promise<void> {
  const block = await store.read(root, { verify: false })
  if (block === undefined) throw new ProtocolError('INCOMPLETE', 'the root block was not sent')
  const bytes = block.length + readPublic(block).bytes
  if (bytes !== claimed) throw new ProtocolError('INVALID_DATA', `the entry claims ${claimed} bytes, its root says ${bytes}`)
}

/** Failures of the store as the codes that a sender can act on. */
async function asProtocol<T> (work: Promise<T>): Promise<T> {
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
