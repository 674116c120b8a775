import type { CID } from 'multiformats/cid'
import type { DamagedBlock, VerifyOptions, VerifyResult } from '../api/node.js'
import type { Components } from './components.js'
import { verifyRemote } from './verify-remote.js'

type Uses = Pick<Components,
  'checkIndex' | 'peer' | 'peers' | 'placement' | 'rebuilt' | 'repairer' | 'replicas' | 'store' | 'vault'>

/** A result lists at most this many damaged blocks, and MAX_FILES versions of each. */
const MAX_LISTED = 1000
const MAX_FILES = 16
/** At most this many blocks are fetched at once. */
const REPAIRS_AT_ONCE = 4

/**
 * Checks the whole index, then every block. Blocks without a row, and blocks that were known as
 * lost, are adopted. Damaged and lost blocks are fetched from other members where one has them.
 * Nothing is removed: damaged bytes go to quarantine.
 */
export async function verify (parts: Uses, options: VerifyOptions = {}): Promise<VerifyResult> {
  const { store, rebuilt } = parts
  const { signal, onProgress } = options
  onProgress?.({ type: 'store:verify:index' })
  const index = await parts.checkIndex({ signal })
  const found = new Damage(parts, options)
  const read = { blocks: 0, bytes: 0 }
  // a damaged index cannot say which files belong to no block, so it adopts none
  const { blocks, bytes, strange } = index.length > 0 ? { blocks: 0, bytes: 0, strange: 0 } : await store.adoptUnknown({ signal, verify: false })
  if (index.length === 0) {
    const usage = store.usage()
    const total = usage.used - usage.index
    for await (const { cid, reason } of store.verifyAll({
      signal,
      onBlock: (_cid, length) => {
        read.blocks++
        read.bytes += length
        onProgress?.({ type: 'store:verify:read', bytes: read.bytes, total: Math.max(total, read.bytes) })
      }
    })) await found.note(cid, reason)
    await found.repair()
  }
  const remote = options.remote === true && index.length === 0 ? await verifyRemote(parts, options) : undefined
  return {
    ok: index.length === 0 && found.left === 0 && (remote?.members.every(({ missing, wrong }) => missing + wrong === 0) ?? true),
    index,
    ...read,
    damaged: { blocks: found.blocks, repaired: found.repaired, list: found.list },
    adopted: { blocks, bytes },
    strange,
    ...(remote === undefined ? {} : { remote }),
    ...(rebuilt.info === undefined ? {} : { rebuilt: rebuilt.info })
  }
}

/** Damage collects the damaged blocks of one run and of earlier ones. */
class Damage {
  blocks = 0
  repaired = 0
  /** Number of blocks that a version needs and that could not be repaired. */
  left = 0
  readonly list: DamagedBlock[] = []
  /** Damaged blocks of this run that a version needs, with their reasons. */
  private readonly found = new Map<string, { cid: CID, reason: string, roots: CID[] }>()

  constructor (private readonly parts: Pick<Components, 'repairer' | 'store' | 'vault'>, private readonly options: VerifyOptions) {}

  /** Notes a damaged block. A block that no version needs is only reported. */
  async note (cid: CID, reason: string): Promise<void> {
    const roots = this.parts.store.rootsOf(cid)
    if (roots.length === 0) this.tell(cid, reason, [], false)
    else if (this.found.size < MAX_LISTED) this.found.set(cid.toString(), { cid, reason, roots })
  }

  async repair (): Promise<void> {
    const lacking = this.parts.store.lacking()
    await Promise.all(Array.from({ length: REPAIRS_AT_ONCE }, async () => {
      for (const { cid, lost } of lacking) {
        this.options.signal?.throwIfAborted()
        const roots = this.parts.store.rootsOf(cid)
        const repaired = await this.fetch(cid)
        const known = this.found.get(cid.toString())
        this.found.delete(cid.toString())
        this.tell(cid, known?.reason ?? (lost ? 'its file is gone' : 'it was found damaged before, and lies in quarantine'), roots, repaired)
        if (!repaired) this.left++
      }
    }))
    // the block repairer of the node also works in the background, and has already repaired these
    for (const { cid, reason, roots } of this.found.values()) {
      if (this.parts.store.stat(cid) === undefined) continue
      this.repaired++
      this.tell(cid, reason, roots, true)
    }
  }

  private async fetch (cid: CID): Promise<boolean> {
    const { signal, onProgress } = this.options
    if (!await this.parts.repairer.mend(cid, signal === undefined ? {} : { signal })) return false
    this.repaired++
    onProgress?.({ type: 'store:verify:repaired', blocks: this.repaired })
    return true
  }

  private tell (cid: CID, reason: string, roots: CID[], repaired: boolean): void {
    this.blocks++
    if (this.list.length === MAX_LISTED) return
    const found = roots.map((root) => this.parts.vault.versionsOf(root))
    this.list.push({
      cid: cid.toString(), reason, repaired, versions: found.reduce((sum, { versions }) => sum + versions, 0), files: found.flatMap(({ files }) => files).slice(0, MAX_FILES)
    })
  }
}
