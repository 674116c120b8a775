/** Vectors of what is kept of entries that are not known; with small limits, which a node does not have. */
import { keptUnknown } from '../../protocols/vault/unknown.js'
import { hex } from './vault-fixtures.js'

const cases: Array<[name: string, limits: { entries: number, bytes: number }, list: Array<[id: string, bytes: number]>]> = [
  ['within both limits', { entries: 3, bytes: 100 }, [['02', 30], ['01', 30], ['ff', 30]]],
  ['one too many: the highest id is left out, whenever it came', { entries: 2, bytes: 1000 }, [['7f', 10], ['80', 10], ['01', 10]]],
  ['what reaches the bytes is kept, what is above it is not', { entries: 9, bytes: 100 }, [['03', 10], ['01', 90], ['02', 90]]],
  ['bytes reached exactly', { entries: 9, bytes: 100 }, [['01', 60], ['02', 40], ['03', 1]]],
  ['a large one below leaves out small ones above', { entries: 9, bytes: 100 }, [['01', 8192], ['02', 5], ['03', 5]]],
  ['none', { entries: 2, bytes: 100 }, []]
]

export function unknown (): unknown {
  return cases.map(([name, limits, list]) => {
    const entries = list.map(([id, bytes]) => ({ id: new Uint8Array(Buffer.from(id.repeat(32), 'hex')), bytes }))
    return { name, limits, entries: entries.map(({ id, bytes }) => ({ id: hex(id), bytes })), kept: keptUnknown(entries, limits).map(({ id }) => hex(id)) }
  })
}
