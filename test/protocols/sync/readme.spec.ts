import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import * as constants from '../../../protocols/sync/constants.js'
import { MAX_ENTRY_BYTES, MAX_RECORD_BYTES } from '../../../protocols/vault/limits.js'
import { vectorsPath } from '../../vectors/generate.js'
import { checkHeadings, checkLimits, readme, workedHex } from '../readme.js'

const text = await readme('sync')
const { valid } = JSON.parse(await readFile(vectorsPath('sync'), 'utf8')) as { valid: Array<{ name: string, frame: string }> }

describe('protocols/sync README', () => {
  it('has the headings and the id', () => { checkHeadings(text, constants.SYNC_PROTOCOL) })

  it('states the limits', () => {
    checkLimits(text, constants)
    assert.equal(constants.MAX_ENTRY_BYTES, MAX_ENTRY_BYTES)
    assert.equal(constants.MAX_RECORD_BYTES, MAX_RECORD_BYTES)
  })

  it('works in the hex of the vectors', () => {
    const worked = workedHex(text)
    assert.equal(worked.size, 24)
    for (const [name, hex] of worked) assert.equal(hex, valid.find((message) => message.name === name)?.frame, name)
  })
})
