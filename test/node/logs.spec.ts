import assert from 'node:assert/strict'
import { format } from 'node:util'
import type { ComponentLogger, Logger } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import { readLinkText } from '../../protocols/vault/link.js'
import { openLink } from '../../src/index.js'
import type { DfsNode, DfsNodeInit } from '../../src/api/node.js'
import { address, Cluster, collect, connected, failsWith, knows, next, secretsOf } from './cluster.js'

const NAME = 'canary-name-71b3'
const TEXT = 'canary-text-0d52'
/** Longer than a CID and shorter than the text of an invite, a link or a recovery code. */
const PIECE = 60

const silent: Logger = Object.assign(() => {}, { enabled: false, error: () => {}, trace: () => {}, newScope: () => silent })

/** Lines by level: what `dfs:*` shows, and what it shows with `dfs:*:trace`. */
class Lines {
  readonly shown: string[] = []
  readonly traced: string[] = []
  private wake = (): void => {}

  /** A node whose log comes here. */
  init (): DfsNodeInit {
    return { libp2p: { transports: [memory()], logger: this.logger } }
  }

  has (text: string): boolean { return this.shown.some((line) => line.includes(text)) }

  private readonly logger: ComponentLogger = {
    forComponent: (name) => name.startsWith('dfs:') ? this.of(name) : silent
  }

  /** Resolves once a shown line fits. */
  async line (pattern: RegExp): Promise<void> {
    while (!this.shown.some((line) => pattern.test(line))) await new Promise<void>((resolve) => { this.wake = resolve })
  }

  private of (name: string): Logger {
    const into = (lines: string[]) => (...args: unknown[]): void => {
      lines.push(`${name} ${text(args)}`)
      this.wake()
    }
    return Object.assign(into(this.shown), { enabled: true, error: into(this.shown), trace: into(this.traced), newScope: (scope: string) => this.of(`${name}:${scope}`) })
  }
}

/** As the logger of libp2p writes it; bytes in full, so that no key hides behind a formatter. */
function text ([line, ...args]: unknown[]): string {
  return format(String(line).replaceAll(/%[abctpke]/g, '%s'), ...args.map((arg) => arg instanceof Uint8Array ? Buffer.from(arg).toString('hex') : arg instanceof Error ? arg.stack : arg))
}

/** Bytes as a log could show them. */
const forms = (secret: Uint8Array): string[] => [Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64').slice(0, 40), String(secret)]

describe('node: log', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  it('of two nodes at work holds no key, no text of an invite or a link, and names of files only as trace', async () => {
    const lines = new Lines()
    const dir = await cluster.dir()
    const a: DfsNode = await cluster.node({ dir, listen: [address()], discovery: { mdns: false, dht: false }, ...lines.init() })
    const invite = await a.invite({ role: 'write', label: 'b' })
    const b = await cluster.node({ invite, ...lines.init() })
    await connected(a, b)
    await a.put(`${NAME}/one`, TEXT, { durable: 2, type: `text/${NAME}` })
    const { version } = await b.put(`${NAME}/two`, `${TEXT} two`, { durable: 2 })
    await knows(a, `${NAME}/two`, version)
    await collect(a.get(`${NAME}/two`))
    await failsWith(collect(a.get(`${NAME}/none`)), 'FILE_NOT_FOUND')
    await a.mv(`${NAME}/two`, `${NAME}/three`)
    await a.delete(`${NAME}/one`)
    await a.restore(`${NAME}/one`)
    const link = await a.share(`${NAME}/three`)
    await using shared = await openLink(link, { libp2p: { transports: [memory()] } })
    await collect(shared.get())
    await a.revoke(link)
    const code = await a.recoveryCode()
    const gone = next(a, 'peer:disconnect')
    await a.revoke(b.peer)
    await gone
    await a.stop()

    // what must be there, so that silence does not pass
    for (const part of ['dfs:vault admit of', 'dfs:network connected with', 'dfs:push receipt from', 'dfs:serve receipt to', 'dfs:sync answered a round with', 'dfs:vault revoke', 'out of the vault: ', 'dfs:node stopped']) assert.ok(lines.has(part), part)
    const shown = lines.shown.join('\n')
    const all = `${shown}\n${lines.traced.join('\n')}`
    assert.ok(all.includes(NAME), 'the trace names the file')
    assert.equal(shown.includes(NAME), false)
    assert.equal(all.includes(TEXT), false)
    const { secret, reads, writer, box, meet } = secretsOf(a)
    const keys = [secret, ...reads, writer, box, meet, secretsOf(b).writer, secretsOf(b).box, readLinkText(link).key].filter((key) => key !== undefined)
    assert.ok(keys.length >= 6)
    for (const key of keys) for (const form of forms(key)) assert.equal(all.includes(form), false)
    for (const secretText of [invite, link, code]) for (let at = 0; at + PIECE <= secretText.length; at += PIECE) assert.equal(all.includes(secretText.slice(at, at + PIECE)), false, secretText.slice(0, 12))
  })

  it('says why a stranger, a push and an entry were refused', async () => {
    const lines = new Lines()
    const a = await cluster.node(lines.init())
    const stranger = await cluster.node()
    const { peers } = (stranger as unknown as { built: { parts: { peers: { connect: (addresses: string[]) => Promise<unknown> } } } }).built.parts
    await assert.rejects(peers.connect(a.addresses))
    await lines.line(new RegExp(`^dfs:network refused the hello of ${stranger.peer.slice(-8)} at \\S+: REFUSED`))

    const full = await cluster.member(a, { capacity: 0, ...lines.init() })
    assert.ok(full.peer)
    const reader = await cluster.member(a, { role: 'read' })
    assert.ok(reader.peer)
    await failsWith(a.put('x', 'y', { durable: 3 }), 'NOT_DURABLE')
    await lines.line(/^dfs:push version \S+ is on 2 of 3 members: /)
  })
})
