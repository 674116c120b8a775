import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { OpenDoor } from './raw.js'

interface Told { id: string, event: string, data: Record<string, unknown> }

/** Reads events of a stream one by one. */
class Reader {
  private text = ''
  private more = Promise.withResolvers<void>()

  private constructor (private readonly socket: Socket) {
    socket.on('data', (piece: Buffer) => {
      // each piece of a chunked body stands between its length and a line end
      this.text += piece.toString()
      this.more.resolve()
    })
  }

  static async open (door: OpenDoor, headers: Record<string, string> = {}, path = '/v1/events'): Promise<Reader> {
    const reader = new Reader(await door.socket())
    reader.socket.write(door.head('GET', path, headers))
    const [head] = await reader.find(/^HTTP\/1.1 200 OK\r\n[^]*?\r\n\r\n/)
    assert.match(head, /content-type: text\/event-stream\r\n/)
    return reader
  }

  private async find (pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.text)
      if (found !== null) {
        this.text = this.text.slice(found.index + found[0].length)
        return found
      }
      this.more = Promise.withResolvers()
      await this.more.promise
    }
  }

  async next (type?: string): Promise<Told> {
    for (;;) {
      const [, id = '', event = '', data = ''] = await this.find(/id: (\S+)\nevent: (\S+)\ndata: (.*)\n\n/)
      if (type === undefined || event === type) return { id, event, data: JSON.parse(data) as Record<string, unknown> }
    }
  }

  close (): void { this.socket.destroy() }
}

describe('http: events', function () {
  this.timeout(60_000)
  let door: OpenDoor
  before(async () => { door = await OpenDoor.open() })
  after(async () => { await door.close() })

  it('come as they happen, and go on after the last that was seen, none missed and none twice', async () => {
    const first = await Reader.open(door)
    assert.equal((await first.next()).event, 'begin')
    await door.node.put('a', 'a')
    const seen = await first.next('file:put')
    assert.equal(seen.data['name'], 'a')
    first.close()
    await door.node.put('b', 'b')
    await door.node.delete('a')
    const again = await Reader.open(door, { 'last-event-id': seen.id })
    const names: unknown[] = []
    for (;;) {
      const { event, data } = await again.next()
      if (event === 'file:put' || event === 'file:delete') names.push(`${event} ${data['name'] as string}`)
      if (event === 'file:delete') break
    }
    assert.deepEqual(names, ['file:put b', 'file:delete a'])
    again.close()
    const byQuery = await Reader.open(door, {}, `/v1/events?after=${seen.id}`)
    assert.equal((await byQuery.next('file:put')).data['name'], 'b')
    byQuery.close()
  })

  it('say `reset` to a reader whose last is not known here, and begin from now', async () => {
    for (const last of ['00000000-1', 'x', '', `${(await idOfNow()).split('-')[0]!}-999999`]) {
      const reader = await Reader.open(door, { 'last-event-id': last })
      const { event, id } = await reader.next()
      assert.equal(event, 'reset', last)
      assert.match(id, /^[0-9a-f]{8}-\d+$/)
      await door.node.put('c', `after ${last}`)
      assert.equal((await reader.next('file:put')).data['name'], 'c')
      reader.close()
    }
  })

  it('that are many: the oldest are forgotten, which a reader is told', async () => {
    const early = await idOfNow()
    for (let n = 0; n < 600; n++) door.node.dispatchEvent(new CustomEvent('peer:disconnect', { detail: { peer: `p${n}` } }))
    const middle = await idOfNow()
    for (let n = 0; n < 600; n++) door.node.dispatchEvent(new CustomEvent('peer:disconnect', { detail: { peer: `q${n}` } }))
    const lost = await Reader.open(door, { 'last-event-id': early })
    assert.equal((await lost.next()).event, 'reset')
    const kept = await Reader.open(door, { 'last-event-id': middle })
    for (let n = 0; n < 600; n++) assert.equal((await kept.next()).data['peer'], `q${n}`)
    lost.close()
    kept.close()
  })

  it('are those of its names alone to a token with a prefix', async () => {
    const token = await door.tokenFor({ role: 'read', prefix: 'mine/' })
    const reader = await Reader.open(door, { authorization: `Bearer ${token}` })
    await reader.next('begin')
    await door.node.put('other/x', 'x')
    door.node.dispatchEvent(new CustomEvent('peer:disconnect', { detail: { peer: 'p' } }))
    await door.node.put('mine/x', 'x')
    const { event, data } = await reader.next()
    assert.deepEqual([/^file:/.test(event), data['name']], [true, 'mine/x'])
    reader.close()
  })

  it('are not kept for a reader that stands still: it is cut off, and its place is free', async () => {
    const one = await OpenDoor.open({ streams: 1, lagBytes: 64 * 1024 })
    const socket = await one.socket()
    socket.pause()
    socket.write(one.head('GET', '/v1/events'))
    while ((await one.ask('HEAD', '/v1/files/none')).status !== 404);
    const full = async (): Promise<boolean> => {
      const other = await one.socket()
      other.write(one.head('GET', '/v1/events'))
      const [head] = await once(other, 'data') as [Buffer]
      other.destroy()
      return head.toString().startsWith('HTTP/1.1 503')
    }
    assert.equal(await full(), true)
    let events = 0
    while (await full()) for (let n = 0; n < 20; n++, events++) one.node.dispatchEvent(new CustomEvent('peer:disconnect', { detail: { peer: 'p'.repeat(32 * 1024) } }))
    assert.ok(events < 3_000, `${events} events of 32 KiB were taken for a reader that reads none`)
    socket.destroy()
    await one.close()
  })

  /** The id with which a new reader begins. */
  async function idOfNow (): Promise<string> {
    const reader = await Reader.open(door)
    const { id } = await reader.next()
    reader.close()
    return id
  }
})
