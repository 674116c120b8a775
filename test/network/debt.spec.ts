import assert from 'node:assert/strict'
import { Allowance } from '../../src/network/allowance.js'
import { Debt } from '../../src/network/debt.js'
import { FakeClock } from './fake-clock.js'

describe('debt', () => {
  const scene = (most: number): { clock: FakeClock, store: Allowance, said: string[], debt: Debt } => {
    const clock = new FakeClock()
    const store = new Allowance({ most, perSecond: 10, clock })
    const said: string[] = []
    const socket = { pause: () => said.push('pause'), resume: () => said.push('resume') }
    return { clock, store, said, debt: new Debt({ store, socket, clock }) }
  }

  it('reads nothing more of who used up what its network had, until that is paid', async () => {
    const { clock, said, debt } = scene(20)
    assert.deepEqual([debt.pay(20), said], [true, []])
    assert.deepEqual([debt.pay(5), debt.pay(5), said], [true, true, ['pause']])
    await clock.advance(900)
    assert.deepEqual(said, ['pause'])
    await clock.advance(200)
    assert.deepEqual(said, ['pause', 'resume'])
  })

  it('gives what it took back when it turns out to be no stranger, and reads on', async () => {
    const { clock, store, said, debt } = scene(20)
    debt.pay(15)
    debt.pay(10)
    debt.forgive()
    assert.deepEqual([said, store.has(20)], [['pause', 'resume'], true])
    await clock.advance(60_000)
    assert.deepEqual(said, ['pause', 'resume'])
  })

  it('touches nothing once the connection is over', async () => {
    const { clock, said, debt } = scene(0)
    debt.pay(1)
    debt.end()
    await clock.advance(60_000)
    assert.deepEqual(said, ['pause'])
  })

  it('refuses at once where nothing can be made to wait', () => {
    const clock = new FakeClock()
    const debt = new Debt({ store: new Allowance({ most: 1, perSecond: 1, clock }), socket: undefined, clock })
    assert.deepEqual([debt.pay(1), debt.pay(1)], [true, false])
  })
})
