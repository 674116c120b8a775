import { ProtocolError } from '../../protocols/errors.js'
import { openManifest } from '../../protocols/file/manifest.js'
import type { LinkText } from '../../protocols/vault/link.js'
import { MAX_DATE_MS } from '../defaults.js'
import { AbortError, DfsError, LinkAlteredError, NodeStoppedError } from '../errors.js'
import { readFile } from '../file/read-file.js'
import type { OpenLinkOptions, SharedFile, SharedGetOptions } from '../api/node.js'
import { checkOptions } from '../api/option-keys.js'
import { createHost } from '../network/host.js'
import { newIdentity } from '../network/identity.js'
import { Holders } from './holders.js'
import { parseLink } from './parse-link.js'

/**
 * Opens a link: dials the members that it names until one serves it, and checks the root of the
 * version. It needs no vault and no folder, listens on no address, and uses a fresh identity.
 * Errors (docs/errors.md): INVALID_LINK, LINK_ALTERED, LINK_EXPIRED, LINK_REVOKED,
 * NO_MEMBER_REACHABLE, BLOCKS_UNAVAILABLE, ABORTED.
 *
 * @example
 * await using shared = await openLink(link)
 * for await (const piece of shared.get()) process.stdout.write(piece)
 */
export async function openLink (text: string, options: OpenLinkOptions = {}): Promise<SharedFile> {
  checkOptions('openLink', options)
  const { signal = new AbortController().signal, libp2p } = options
  const link = parseLink(text)
  if (signal.aborted) throw new AbortError('The operation was aborted', { cause: signal.reason })
  const host = await createHost({ privateKey: await newIdentity(), listen: [], ...(libp2p === undefined ? {} : { libp2p }) })
  const holders = new Holders(host, link)
  const close = async (): Promise<void> => {
    await holders.close()
    await host.stop()
  }
  try {
    const root = await holders.want(link.root, { signal })
    checkRoot(link, root)
    return new Shared(link, root, holders, close)
  } catch (error) {
    await close()
    throw ended(error, signal)
  }
}

/** Checks the size and key of a link against the root: no signature covers these two. */
function checkRoot ({ key, size }: LinkText, root: Uint8Array): void {
  let actual
  try {
    actual = openManifest(key, root).size
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new LinkAlteredError('The link was altered: its key does not open the version that it names. Ask for it again, over another way', { cause })
  }
  if (actual !== size) throw new LinkAlteredError(`The link was altered: it says ${size} bytes, and the version has ${actual}. Ask for it again, over another way`)
}

class Shared implements SharedFile {
  readonly name: string
  readonly size: number
  readonly expires: Date
  private closing: Promise<void> | undefined

  constructor (private readonly link: LinkText, private readonly root: Uint8Array, private readonly holders: Holders, private readonly end: () => Promise<void>) {
    this.name = link.name
    this.size = link.size
    this.expires = new Date(Math.min(link.grant.notAfter, MAX_DATE_MS))
  }

  async * get (options: SharedGetOptions = {}): AsyncGenerator<Uint8Array> {
    checkOptions('SharedFile.get', options)
    const { offset = 0, length, signal = new AbortController().signal, onProgress } = options
    const { root, key } = this.link
    if (this.closing !== undefined) throw new NodeStoppedError('This link was closed')
    try {
      const bytes = readFile({
        root,
        key,
        offset,
        signal,
        ...(length === undefined ? {} : { length }),
        get: async (cid, size, { signal: over }) => size === undefined && cid.equals(root)
          ? this.root
          : this.holders.want(cid, {
            signal: over,
            ...(size === undefined ? {} : { size }),
            onFetched: (peer, count) => { onProgress?.({ type: 'file:get:fetched', peer, bytes: count }) }
          })
      })
      const total = Math.max(0, Math.min(length ?? Infinity, this.size - offset))
      let read = 0
      for await (const piece of bytes) {
        read += piece.length
        onProgress?.({ type: 'file:get:read', bytes: read, total })
        yield piece
        signal.throwIfAborted()
      }
    } catch (error) {
      throw ended(error, signal)
    }
  }

  close (): Promise<void> {
    return this.closing ??= this.end()
  }

  [Symbol.asyncDispose] (): Promise<void> {
    return this.close()
  }
}

function ended (error: unknown, signal: AbortSignal): unknown {
  return signal.aborted && !(error instanceof DfsError) ? new AbortError('The operation was aborted', { cause: signal.reason }) : error
}
