/**
 * What `npm test` prints: a line for each file as it ends, with its tests, its seconds, what was slow in it and what
 * failed. Mocha's own summary and the failures in full come last.
 */
import Mocha from 'mocha'

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants
/** A test that takes longer is named. */
const SLOW_MS = 5_000

interface FileResult { passed: number, pending: number, ms: number, slow: string[], failed: string[] }

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

export default class FileReporter extends Mocha.reporters.Base {
  #file: string | undefined
  #result: FileResult = empty()

  constructor (runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    runner.on(EVENT_TEST_PASS, (test) => {
      const result = this.#of(test)
      result.passed++
      result.ms += test.duration ?? 0
      if ((test.duration ?? 0) > SLOW_MS) result.slow.push(`${seconds(test.duration ?? 0)}  ${test.fullTitle()}`)
    })
    runner.on(EVENT_TEST_PENDING, (test) => { this.#of(test).pending++ })
    runner.on(EVENT_TEST_FAIL, (test) => { this.#of(test).failed.push(test.fullTitle()) })
    runner.once(EVENT_RUN_END, () => {
      this.#end()
      this.epilogue()
    })
  }

  /** The events of a file come together, so the first of another file ends the one before. */
  #of (test: Mocha.Test): FileResult {
    if (test.file !== this.#file) this.#end()
    this.#file = test.file
    return this.#result
  }

  #end (): void {
    if (this.#file === undefined) return
    const { passed, pending, ms, slow, failed } = this.#result
    const counts = [`${passed} passed`, ...failed.length > 0 ? [`${failed.length} FAILED`] : [], ...pending > 0 ? [`${pending} pending`] : []]
    Mocha.reporters.Base.consoleLog(`${nameOf(this.#file)}: ${counts.join(', ')}, ${seconds(ms)}`)
    for (const test of slow) Mocha.reporters.Base.consoleLog(`    slow  ${test}`)
    for (const test of failed) Mocha.reporters.Base.consoleLog(`    FAILED  ${test}`)
    this.#file = undefined
    this.#result = empty()
  }
}

function empty (): FileResult { return { passed: 0, pending: 0, ms: 0, slow: [], failed: [] } }

function nameOf (file: string): string { return file.replace(/^.*\/dist\/test\//, '').replace(/\.js$/, '') }
