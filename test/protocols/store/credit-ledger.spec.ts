import assert from 'node:assert/strict'
import { CREDIT_BYTES, STORING_BYTES } from '../../../protocols/store/constants.js'
import { CreditLedger } from '../../../protocols/store/credit-ledger.js'

describe('protocols/store credit', () => {
  it('is used up to its last byte, and no further', () => {
    const ledger = new CreditLedger()
    assert.throws(() => { ledger.use(CREDIT_BYTES + 1) }, { code: 'LIMIT', retry: false })
    ledger.use(CREDIT_BYTES)
    assert.throws(() => { ledger.use(1) }, { code: 'LIMIT' })
  })

  it('goes back as far as what waits to become durable leaves room, and once', () => {
    const ledger = new CreditLedger()
    let held = 0
    for (let credit = CREDIT_BYTES; credit > 0; credit = ledger.giveBack()) {
      ledger.use(credit)
      held += credit
    }
    assert.equal(held, CREDIT_BYTES + STORING_BYTES, 'what one stream can make this side hold')
    ledger.release(4096)
    assert.equal(ledger.giveBack(), 4096)
    assert.equal(ledger.giveBack(), 0)
  })
})
