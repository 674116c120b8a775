import assert from 'node:assert/strict'
import { readEntry } from '../../../protocols/vault/entry.js'
import { base32 } from '../../../protocols/vault/text.js'
import { insertEntry } from '../../../src/index/queries/entries.js'
import { cutOf } from '../../../src/vault/entries/revocation-cut.js'
import { Members } from '../../../src/vault/members/members.js'
import { entryRow } from '../../../src/vault/entries/entry-rows.js'
import { failsWith } from '../../node/cluster.js'
import { node, openLedger, seed, vault, Writer } from '../vaults.js'

const home = vault('cut')
const hand = new Writer(home, node('hand'))

describe('vault: a cut since a version', () => {
  it('takes the first characters of an id only where one entry of the member begins so', async () => {
    const { db, close } = await openLedger(home)
    try {
      const id = (last: number): Uint8Array => seed('id').with(31, last)
      for (const [n, last] of [1, 2].entries()) {
        const row = entryRow(readEntry(hand.put(`name ${n}`, 'content')))
        await db.write([insertEntry({ ...row, id: id(last) }, true)])
      }
      await failsWith((async () => cutOf(db, [hand.key], base32(id(1)).slice(0, 12)))(), 'INVALID_OPTION')
      assert.deepEqual(cutOf(db, [hand.key], base32(id(1))), [])
      assert.deepEqual(cutOf(db, [hand.key], base32(id(2))), [id(1)])
    } finally {
      await close()
    }
  })
})

describe('vault: members', () => {
  it('a writer key is whose it was first, whoever else has it in a later admit', async () => {
    const { db, close } = await openLedger(home)
    const members = new Members(db)
    members.setWriter(hand.key, { peer: 'first', admit: seed('first') })
    members.setWriter(hand.key, { peer: 'second', admit: seed('second') })
    assert.deepEqual(members.ofWriter(hand.key), { peer: 'first', admit: seed('first') })
    await close()
  })
})
