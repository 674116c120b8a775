import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { LONG, seeded } from '../seed.js'

const random = seeded()
const PUTS = LONG ? 2000 : 150
const SIZES = [0, 100, 4096, 200_000, 300_000, 1024 ** 2, 3 * 1024 ** 2 + 17, 12 * 1024 ** 2]
/** Steps of a process's life before it is killed: from its first words to the middle of its third put or so. */
const MOST_STEPS = 120

describe('kill -9', () => {
  it('at any step of a loop of puts: what was acknowledged reads back equal, nothing is half-visible, the lock is free', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dfs-crash-'))
    const known = join(dir, 'known.json')
    const folder = join(dir, 'node')
    const attempted: Record<string, string[]> = {}
    const acknowledged: string[] = []
    let kills = 0
    let inPut = 0
    try {
      let next = 0
      while (next < PUTS || kills === 0) {
        await writeFile(known, JSON.stringify({ attempted, acknowledged }))
        // the first thing that it does is to take the lock, which the one before held when it was killed
        const child = spawn(process.execPath, [join(import.meta.dirname, 'putter.js'), folder, String(next), SIZES.join(), known], { stdio: ['ignore', 'pipe', 'inherit'] })
        const ended = once(child, 'close')
        let left = 1 + Math.floor(random() * (MOST_STEPS - 1))
        let checked = false
        let open = false
        for await (const line of createInterface({ input: child.stdout })) {
          assert.doesNotMatch(line, /^(LOST|WRONG)/)
          const [word, name = '', hash = ''] = line.split(' ')
          if (word === 'CHECKED') checked = true
          if (word === 'TRY') {
            open = true
            next++
            attempted[name] = [...attempted[name] ?? [], hash]
          }
          if (word === 'ACK') {
            open = false
            acknowledged.push(name)
          }
          if (child.exitCode === null && checked && --left <= 0 && !child.killed) {
            if (open) inPut++
            child.kill('SIGKILL')
          }
        }
        await ended
        assert.equal(child.signalCode, 'SIGKILL', 'the process ended by itself')
        kills++
      }
      // the last one only checks, and then is killed too
      await writeFile(known, JSON.stringify({ attempted, acknowledged }))
      const last = spawn(process.execPath, [join(import.meta.dirname, 'putter.js'), folder, String(next), '0', known], { stdio: ['ignore', 'pipe', 'inherit'] })
      let whole = false
      for await (const line of createInterface({ input: last.stdout })) {
        assert.doesNotMatch(line, /^(LOST|WRONG)/)
        if (line === 'CHECKED') {
          whole = true
          last.kill('SIGKILL')
        }
      }
      assert.ok(whole)
      assert.ok(inPut > 0, 'no kill was in the middle of a put')
      assert.deepEqual(await readdir(join(folder, 'quarantine')), [])
      console.log(`      ${next} puts, ${kills} kills, ${inPut} of them in the middle of a put, ${acknowledged.length} acknowledged`)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })
})
