import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const RELAUNCH = new URL('../../src/cli/relaunch.js', import.meta.url).href

describe('a process that opens a vault without a second start', () => {
  it('opens no debugger at a signal, and does not warn of what is experimental', async () => {
    const program = `
      const { actLikeRelaunched } = await import('${RELAUNCH}')
      const { url } = await import('node:inspector')
      actLikeRelaunched()
      const alive = setInterval(() => {}, 1000)
      const signal = new Promise((resolve) => process.once('SIGUSR1', resolve))
      process.kill(process.pid, 'SIGUSR1')
      process.emitWarning('new here', 'ExperimentalWarning')
      process.emitWarning('known here', 'OtherWarning')
      await signal
      clearInterval(alive)
      console.log(url())`
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    assert.equal(stdout, 'undefined\n')
    assert.match(stderr, /OtherWarning: known here/)
    assert.doesNotMatch(stderr, /ExperimentalWarning|Debugger/)
  })
})
