import type { Connection, Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { GetClient } from '../../protocols/get/dialer.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { HELLO_PROTOCOL } from '../../protocols/hello/constants.js'
import { dialGrant } from '../../protocols/hello/dialer.js'

/**
 * A dial may take this long before the next member is tried: a machine may drop packets silently.
 */
const DIAL_MS = 10_000
/** A visitor's stream may stand still this long: a member serves other members first. */
const INACTIVITY_MS = 30_000

/** The member could not be dialled, as opposed to a member that answered with an error. */
export class UnreachedError extends Error {}

/**
 * A holder is one member that a link names. It is connected at the first request, and again after a
 * lost connection.
 */
export class Holder {
  private connection: Connection | undefined
  private client: GetClient | undefined
  private opening: Promise<GetClient> | undefined

  constructor (
    private readonly host: Libp2p,
    readonly peer: string,
    readonly addresses: Multiaddr[],
    private readonly link: { vault: Uint8Array, grant: Uint8Array },
    /** Aborting this signal closes everything that was opened. */
    private readonly life: AbortSignal
  ) {}

  /**
   * Resolves to the stream for blocks.
   *
   * @throws UnreachedError; the ProtocolError with which the member refused the link
   */
  async get (): Promise<GetClient> {
    if (this.client?.closed === false) return this.client
    this.opening ??= this.open().finally(() => { this.opening = undefined })
    return this.opening
  }

  async close (): Promise<void> {
    const { connection, client } = this
    if (connection === undefined) return
    client?.abort(new Error('the link was closed'))
    await connection.close({ signal: AbortSignal.timeout(DIAL_MS) }).catch((error: unknown) => { connection.abort(error as Error) })
  }

  private async open (): Promise<GetClient> {
    const signal = AbortSignal.any([this.life, AbortSignal.timeout(DIAL_MS)])
    const connection = this.connection?.status === 'open' ? this.connection : await this.visit(signal)
    this.connection = connection
    this.client = new GetClient(await connection.newStream(GET_PROTOCOL, { signal }), { inactivityMs: INACTIVITY_MS })
    return this.client
  }

  private async visit (signal: AbortSignal): Promise<Connection> {
    let connection
    try {
      connection = await this.host.dial(this.addresses, { signal })
    } catch (cause) {
      this.life.throwIfAborted()
      throw new UnreachedError('not reached', { cause })
    }
    try {
      const stream = await connection.newStream(HELLO_PROTOCOL, { signal })
      await dialGrant(stream, { ...this.link, encryption: connection.encryption, signal })
      return connection
    } catch (error) {
      connection.abort(error as Error)
      throw error
    }
  }
}
