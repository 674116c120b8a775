import { randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { NotAllowedError, NotDurableError } from '../errors.js'
import { shortPeer } from '../log.js'
import { writeFile } from '../file/write-file.js'
import type { CopyInfo, FileInfo, FileResult, PathSource, PutOptions, Source } from '../api/node.js'
import { type PlainSource, plainSource } from '../api/plain-source.js'
import { isPath, readingFile } from '../disk/local-file.js'
import { LivePush, type Receipt } from '../replication/push/live-push.js'
import { pushVersion } from '../replication/push/push-version.js'
import type { PutPlan } from '../vault/vault-init.js'
import { checkPut } from './check-put.js'
import { aborted } from './abort-reason.js'
import { checkDurable } from './heard-by.js'
import { Reach } from '../replication/push/durability.js'
import type { Components } from './components.js'
import { asIterable } from './source.js'

type Uses = Pick<Components,
  'clients' | 'defaults' | 'directory' | 'downloader' | 'drain' | 'logger' | 'pace' | 'peer' | 'peers' | 'placement' |
  'receipts' | 'store' | 'vault' | 'waits'>

interface Written { id: Uint8Array, root: CID, bytes: number, blocks: number, entry: Uint8Array, info: FileInfo }

/** Stores a new version of `name` here and on `durable - 1` other members; the others fetch it. */
export async function put (parts: Uses, name: string, source: Source, options: PutOptions = {}): Promise<FileResult> {
  const ended = parts.downloader.foreground()
  try {
    const { source: plain, size = options.size } = plainSource(source)
    if (!isPath(plain)) return await putFile(parts, name, plain, size, options)
    return await readingFile(plain, ({ bytes, ...file }) => putFile(parts, name, bytes, options.size ?? file.size, { ...file, ...options }), options.signal)
  } finally {
    ended()
  }
}

async function putFile (parts: Uses, name: string, source: Exclude<PlainSource, PathSource>, length: number | undefined, options: PutOptions): Promise<FileResult> {
  const { vault } = parts
  if (vault.role !== 'owner' && vault.role !== 'write') throw new NotAllowedError(`This node has role ${vault.role} and cannot put files`)
  checkPut(options)
  vault.checkMember()
  const durable = durableOf(parts, options)
  const bytes = asIterable(source)
  const size = options.size ?? length
  const plan = vault.planPut(name, options.scope, options.ifVersion)
  const { logger } = parts
  const log = logger.forComponent('dfs:push')
  log.trace('put of %j', name)
  const reach = new Reach({ logger, peers: parts.peers, pace: parts.pace, directory: parts.directory, placement: parts.placement, progressMs: parts.waits.progressMs }, durable, plan.seed)
  // without a new salt members may have most blocks already, so an offer before the push saves
  // sending them
  const fed = plan.fresh ? reach.first() : []
  const push = new LivePush(parts.clients, fed, size ?? 0, {
    logger,
    signal: options.signal,
    pace: parts.pace,
    another: () => reach.another(fed),
    onProgress: (peer, count) => { options.onProgress?.({ type: 'file:put:pushed', peer, bytes: count }) }
  })
  const written = await write(parts, plan, bytes, size, push, options)
  const own: CopyInfo = { peer: parts.peer, label: vault.labelOf(parts.peer), blocks: written.blocks, bytes: written.bytes }
  const result = (receipts: Receipt[]): FileResult => ({
    ...written.info,
    copies: [own, ...receipts.map(({ peer }) => ({ peer, label: vault.labelOf(peer), blocks: written.blocks, bytes: written.bytes }))]
  })
  const receipts: Receipt[] = []
  let over = false
  const onReceipt = (receipt: Receipt): void => {
    if (receipts.some(({ peer }) => peer === receipt.peer)) return
    parts.receipts.add(written.root.toString(), receipt.peer, Date.now())
    log('receipt from %s for version %c', shortPeer(receipt.peer), written.root)
    // a late member's receipt may come after the end of the put
    if (over) return
    receipts.push(receipt)
    options.onProgress?.({ type: 'file:put:receipt', peer: receipt.peer })
  }
  try {
    const { receipts: live, failures, running } = await push.done(written.entry, written.id)
    live.forEach(onReceipt)
    options.signal?.throwIfAborted()
    const late = new Map([...running].map(([peer, receipt]) => [peer, receipt.then(onReceipt)]))
    await reach.rest(receipts, failures, async (peer, signal, onProgress, pushing) => {
      onReceipt(await pushVersion(parts.clients, parts.store, peer, written, { signal, onProgress, pushing }))
    }, AbortSignal.any([vault.untilOut, ...(options.signal === undefined ? [] : [options.signal])]), late)
  } catch (cause) {
    if (options.signal?.aborted !== true) throw cause
    const file = result(receipts)
    // enough members have the version, so there was nothing left to wait for
    if (receipts.length + 1 >= reach.wanted) return file
    throw new NotDurableError(`Saved here, but the waiting for other machines was ended. "${name}" is kept and goes on copying`, { reached: receipts.length + 1, wanted: reach.wanted, file, cause: aborted(cause) })
  } finally {
    over = true
  }
  // a member that refused meanwhile may have proved that this node is out
  vault.checkMember()
  const file = result(receipts)
  if (parts.peers.sessions().every(({ peer }) => parts.directory.refusal(peer) !== undefined || receipts.some((receipt) => receipt.peer === peer))) parts.drain.covered()
  if (log.enabled) log('version %c is on %d of %d members%s', written.root, receipts.length + 1, reach.wanted, receipts.length + 1 < reach.wanted ? `: ${reach.why()}` : '')
  if (reach.required && receipts.length + 1 < reach.wanted) {
    throw new NotDurableError(`Saved here, but on ${receipts.length + 1} of ${reach.wanted} machines: ${reach.why()}. "${name}" is kept and goes on copying while the node runs. Repeating the put is safe`,
      { reached: receipts.length + 1, wanted: reach.wanted, file })
  }
  return file
}

async function write (parts: Pick<Components, 'defaults' | 'drain' | 'peer' | 'store' | 'vault'>, { name, salt, lineage, seed }: PutPlan, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, size: number | undefined, push: LivePush, options: PutOptions): Promise<Written> {
  const { store, vault } = parts
  const upload = new Uint8Array(randomBytes(16))
  await store.begin({ upload, writer: parts.peer, expected: size ?? 0, local: true })
  let committed = false
  try {
    let read = 0
    const { signal } = options
    const written = await writeFile(bytes, {
      chunkKey: vault.readKeys().chunk,
      salt,
      ...(size === undefined ? {} : { size }),
      ...(signal === undefined ? {} : { signal }),
      onRead: (count) => {
        read += count
        options.onProgress?.({ type: 'file:put:read', bytes: read, ...(size === undefined ? {} : { total: size }) })
      },
      put: async (block, ended) => {
        await Promise.all([
          store.put(block.cid, block.bytes, { upload, verified: true, stage: true, ...ended }),
          push.send(block.cid, block.bytes, ended)
        ])
        options.onProgress?.({ type: 'file:put:stored', bytes: block.bytes.length })
      }
    })
    signal?.throwIfAborted()
    const { id, entry, info } = await vault.commitPut(name, {
      ...written,
      lineage,
      seed,
      ifVersion: options.ifVersion,
      ...(options.mtime === undefined ? {} : { mtime: options.mtime }),
      ...(options.type === undefined ? {} : { type: options.type }),
      ...(options.props === undefined ? {} : { props: options.props }),
      ...copiesOf(parts, options)
    }, (extra) => store.finish(upload, written.root, extra))
    committed = true
    parts.drain.put()
    return { id, root: written.root, bytes: written.bytes, blocks: written.blocks, entry, info }
  } catch (error) {
    push.abort()
    if (options.signal?.aborted === true) throw aborted(options.signal.reason)
    throw error
  } finally {
    if (!committed) await store.abandon(upload)
  }
}

function durableOf (parts: Pick<Components, 'defaults' | 'vault'>, options: PutOptions): number | undefined {
  const durable = options.durable ?? parts.defaults.durable ?? parts.vault.settings.now.durable
  checkDurable(parts, durable, 'Nothing was read')
  return durable
}

function copiesOf (parts: Pick<Components, 'defaults'>, options: PutOptions): { copies?: number } {
  const copies = options.copies ?? parts.defaults.copies
  if (copies === undefined) return {}
  if (copies === 'all') return { copies: 0 }
  return { copies }
}
