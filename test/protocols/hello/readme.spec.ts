import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import * as constants from '../../../protocols/hello/constants.js'
import { vectorsPath } from '../../vectors/generate.js'
import { checkHeadings, checkLimits, readme, workedHex } from '../readme.js'

interface Vectors { meet: string, peers: Record<string, string>, macs: Array<{ mac: string }>, messages: { valid: Array<{ name: string, frame: string }> } }

const text = await readme('hello')
const { meet, peers, macs, messages } = JSON.parse(await readFile(vectorsPath('hello'), 'utf8')) as Vectors

describe('protocols/hello README', () => {
  it('has the headings and the id', () => { checkHeadings(text, constants.HELLO_PROTOCOL) })

  it('states the limits and the encryptions', () => {
    checkLimits(text, constants)
    for (const encryption of constants.ENCRYPTIONS.filter((name) => name.startsWith('/'))) assert.ok(text.includes(`\`${encryption}\``))
  })

  it('works in the hex of the vectors', () => {
    assert.deepEqual(Object.fromEntries(workedHex(text)), {
      meet,
      D: peers.store,
      L: peers.founder,
      'D greet': messages.valid.find(({ name }) => name === 'greet')?.frame,
      'L greet': `0a220a20${macs[1]?.mac ?? ''}`,
      greeted: messages.valid.find(({ name }) => name === 'greeted')?.frame,
      'grant begins': messages.valid.find(({ name }) => name === 'grant')?.frame.slice(0, 2 * (3 + 34 + 3))
    })
  })
})
