import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Turnstile, MAX_WAITING_SOCKETS, MEMBER_WAIT_MS, STRANGER_WAIT_MS, type From } from '../../src/network/turnstile.js'
import { FakeClock } from './fake-clock.js'

describe('turnstile', () => {
  const clock = new FakeClock()
  let server: Server
  let turnstile: Turnstile
  let entered: Socket[]
  let refused: string[]
  let said: string
  /** How many more may come. */
  let places: number
  let trusted: boolean
  let barred: boolean
  const clients: Socket[] = []

  beforeEach(async () => {
    [entered, refused, said, places, trusted, barred] = [[], [], '', 1, false, false]
    server = createServer({ pauseOnConnect: true }, (socket) => {
      entered.push(socket)
      socket.on('data', (bytes) => { said += bytes.toString() })
    })
    turnstile = new Turnstile({
      clock,
      whence: (group): From | 'barred' => barred ? 'barred' : { group, network: group, trusted },
      mayCome: () => places > 0 && places-- > 0,
      onRefused: (why) => { refused.push(why) }
    })
    turnstile.guard(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterEach(async () => {
    const closed = once(server, 'close')
    turnstile.clear()
    for (const socket of [...entered, ...clients.splice(0)]) socket.destroy()
    server.close()
    await closed
  })

  /** One more client, once the server has looked at it. */
  async function client (): Promise<Socket> {
    const came = once(server, 'connection')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => {})
    clients.push(socket)
    await came
    return socket
  }

  /** Looks again until it is so; what the kernel does has no event. */
  async function turned (so: () => boolean): Promise<void> {
    while (!so()) await new Promise((resolve) => { setImmediate(resolve) })
  }

  it('lets in who may come, with all that it said, and tells it from what came otherwise', async () => {
    const socket = await client()
    socket.write('hello')
    const [inside] = entered
    assert.ok(inside)
    await turned(() => said === 'hello')
    assert.deepEqual([turnstile.let(inside), turnstile.let({}), turnstile.let(undefined)], [true, false, false])
  })

  it('lets those who wait in one after the other when places come free, and closes who waited too long', async () => {
    await client()
    const second = await client()
    const third = await client()
    assert.equal(entered.length, 1)
    places = 1
    await clock.advance(100)
    assert.equal(entered.length, 2)
    assert.equal(entered[1]?.remotePort, second.localPort)
    const over = once(third, 'close')
    third.resume()
    await clock.advance(STRANGER_WAIT_MS)
    await over
    assert.deepEqual([entered.length, refused], [2, ['CROWD']])
  })

  it('closes who is barred, and who comes when half of the places are taken by its network', async () => {
    barred = true
    const first = await client()
    first.resume()
    await once(first, 'close')
    barred = false
    places = 0
    for (let n = 0; n <= MAX_WAITING_SOCKETS / 2; n++) await client()
    assert.deepEqual(refused, ['BARRED', 'CROWD'])
  })

  it('at an address of members lets nobody wait who hung up, and first those in who said something', async () => {
    trusted = true
    places = 0
    const gone = await client()
    gone.resume().end()
    await client()
    const third = await client()
    third.write('hello')
    await turned(() => gone.destroyed)
    places = 3
    await turned(() => {
      void clock.advance(20)
      return entered.length > 0
    })
    assert.deepEqual(entered.map(({ remotePort }) => remotePort), [third.localPort])
    await turned(() => said === 'hello')
    await clock.advance(MEMBER_WAIT_MS)
    assert.deepEqual([entered.length, refused], [1, ['CROWD']])
  })
})
