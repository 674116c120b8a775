import type { ComponentLogger } from '@libp2p/interface'
import { ProtocolError } from '../../../protocols/errors.js'
import { GET_PROTOCOL } from '../../../protocols/get/constants.js'
import { handleGet } from '../../../protocols/get/handler.js'
import { STORE_PROTOCOL } from '../../../protocols/store/constants.js'
import { handleStore } from '../../../protocols/store/handler.js'
import type { Peers, Session } from '../../network/peers.js'
import type { BlockStore } from '../../blockstore/interface.js'
import type { InboundUploads } from './inbound-uploads.js'
import type { DrainTracker } from './drain-tracker.js'
import { shortPeer, whyFailed } from '../../log.js'
import { readHeld } from './read-held.js'
import { asProtocol, UploadReceiver, type UploadReceiverComponents } from './upload-receiver.js'
import { VisitorService } from './serve-visitors.js'
import { VisitorScheduler } from './visitor-scheduler.js'
import type { Clock } from '../../async/clock.js'

/** Inbound streams a peer, by protocol (protocols/README.md, limits). */
const STORE_STREAMS_PER_PEER = 4
const GET_STREAMS_PER_PEER = 8

export interface ServeParts {
  logger: ComponentLogger
  peers: Peers
  store: BlockStore
  /** Told of the uploads of members. */
  uploads: InboundUploads
  /** Told of the blocks that members ask for. */
  pulls: DrainTracker
  timer: Pick<Clock, 'now'>
  /** Why this node takes no new blocks, as its own record and certificate say it; undefined: it does. */
  takes: () => 'lends nothing' | 'takes nothing more' | undefined
  entries: UploadReceiverComponents['entries']
  replicas: UploadReceiverComponents['replicas']
}

/** Answers `/dfs/get/1.0.0` and `/dfs/store/1.0.0` from the store; visitors the first alone, after members. */
export async function serve ({ logger, peers, store, uploads, pulls, timer, takes, entries, replicas }: ServeParts): Promise<void> {
  const log = logger.forComponent('dfs:serve')
  const scheduler = new VisitorScheduler(timer)
  await peers.handle(GET_PROTOCOL, async (stream, session) => {
    await handleGet(stream, {
      read: (cid) => {
        pulls.asked()
        scheduler.note()
        return readHeld(store, cid)
      },
      size: (cid) => store.stat(cid)?.size,
      complain: async (cid) => { await store.recheck(cid) },
      peer: session.peer,
      signal: session.signal
    })
  }, { maxInbound: GET_STREAMS_PER_PEER, visitors: new VisitorService(store, scheduler).handle })

  await peers.handle(STORE_PROTOCOL, async (stream, session) => {
    await handleStore(stream, {
      open: async ({ upload, expected }) => {
        const { peer: from } = session
        // as it is now: what this upload reserves must not make the node refuse its rest
        const refuses = takes()
        try {
          mayPush(session)
          if (refuses === 'lends nothing') throw new ProtocolError('NO_SPACE', 'this member lends nothing')
          await asProtocol(store.begin({ upload, writer: from, expected }))
        } catch (error) {
          log('refused a push of %s: %s', shortPeer(from), whyFailed(error))
          throw error
        }
        log('%s pushes a version of about %d bytes', shortPeer(from), expected)
        return new UploadReceiver({ logger, store, scheduler, entries, replicas }, { upload, from, full: refuses !== undefined, ended: uploads.begun() })
      }
    }, { peer: session.peer, signal: session.signal })
  }, { maxInbound: STORE_STREAMS_PER_PEER })
}

function mayPush (session: Session): void {
  if (session.role !== 'owner' && session.role !== 'write') {
    throw new ProtocolError('NOT_ALLOWED', `a member with role ${session.role} pushes nothing`)
  }
}
