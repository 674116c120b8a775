/** A door over a node in memory, and requests byte by byte. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DfsNode } from '../../src/api/node.js'
import { type HttpDoor, type HttpInit, serveHttp } from '../../src/http/server.js'
import { createToken, type TokenTerms } from '../../src/http/tokens.js'
import { Cluster } from '../node/cluster.js'

export interface Answer { status: number, headers: Record<string, string>, body: Buffer, json: () => Record<string, unknown> & { rows: Array<Record<string, unknown>> } }

export class OpenDoor {
  private readonly cluster = new Cluster()
  private constructor (readonly node: DfsNode, readonly dir: string, readonly door: HttpDoor, readonly token: string, cluster: Cluster) { this.cluster = cluster }

  static async open (limits: HttpInit['limits'] = {}, more: Partial<HttpInit> = {}): Promise<OpenDoor> {
    const cluster = new Cluster()
    const node = await cluster.node()
    const dir = await mkdtemp(join(tmpdir(), 'dfs-http-'))
    const { token } = await createToken(dir, { role: 'admin' })
    const door = await serveHttp(node, { dir, port: 0, limits, ...more })
    return new OpenDoor(node, dir, door, token, cluster)
  }

  async close (): Promise<void> {
    await this.door.close()
    await this.cluster.end()
    await rm(this.dir, { recursive: true, force: true })
  }

  get host (): string { return `127.0.0.1:${this.door.port}` }

  async tokenFor (terms: TokenTerms): Promise<string> { return (await createToken(this.dir, terms)).token }

  /** The head of a request, with what a program sends unless `headers` says otherwise; null leaves one out. */
  head (method: string, path: string, headers: Record<string, string | null | undefined> = {}): string {
    const all: Record<string, string | null | undefined> = { host: this.host, authorization: `Bearer ${this.token}`, ...headers }
    return `${method} ${path} HTTP/1.1\r\n${Object.entries(all).flatMap(([key, value]) => value == null ? [] : [`${key}: ${value}\r\n`]).join('')}\r\n`
  }

  async socket (): Promise<Socket> {
    const socket = connect(this.door.port, '127.0.0.1')
    await once(socket, 'connect')
    // a door that closes early resets: what came before is what counts
    socket.on('error', () => {})
    return socket
  }

  /** Sends bytes on a connection of their own and reads one whole answer, or what comes until the end. */
  async raw (bytes: string | Buffer, { end = false }: { end?: boolean } = {}): Promise<Answer> {
    const socket = await this.socket()
    const answer = readAnswer(socket, typeof bytes === 'string' && bytes.startsWith('HEAD '))
    socket.write(bytes)
    if (end) socket.end()
    try {
      return await answer
    } finally {
      socket.destroy()
    }
  }

  async ask (method: string, path: string, headers: Record<string, string | null | undefined> = {}, body?: string | Buffer | object): Promise<Answer> {
    const isJson = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.isBuffer(body) ? body : Buffer.from(isJson ? JSON.stringify(body) : body)
    const length = body === undefined ? {} : { 'content-length': String(bytes.length), ...(isJson ? { 'content-type': 'application/json' } : {}) }
    const head = this.head(method, path, { ...length, ...headers })
    return this.raw(method === 'HEAD' ? head : Buffer.concat([Buffer.from(head), bytes]))
  }
}

/** Reads one answer: its head, and as many bytes as it says, or all until the end. */
export async function readAnswer (socket: Socket, headOnly = false): Promise<Answer> {
  let got = Buffer.alloc(0)
  const parsed = (): Answer | undefined => {
    const at = got.indexOf('\r\n\r\n')
    if (at === -1) return undefined
    const [first = '', ...lines] = got.subarray(0, at).toString('latin1').split('\r\n')
    const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
    const body = got.subarray(at + 4)
    return { status: Number(first.split(' ')[1]), headers, body, json: () => JSON.parse(body.toString()) as never }
  }
  for await (const piece of socket as AsyncIterable<Buffer>) {
    got = Buffer.concat([got, piece])
    const answer = parsed()
    if (answer === undefined || answer.status === 100) continue
    const length = Number(answer.headers['content-length'])
    if (headOnly || answer.status === 304 || answer.status === 204 || answer.body.length >= length) return answer
  }
  const answer = parsed()
  if (answer === undefined) return { status: 0, headers: {}, body: got, json: () => { throw new Error('no answer') } }
  return answer
}
