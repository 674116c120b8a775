import assert from 'node:assert/strict'
import { hkdfSync } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { first, freePort, joined, lines, MIB, randomFile, type RunningNode, Scene, sha256, start, until } from './harness.js'

const PASSPHRASE = 'canary-passphrase 7d20 é'

/** Bytes of RFC 4648 base32 in lower case without padding. */
function unbase32 (text: string): Buffer {
  const bits = [...text].map((letter) => 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from(Array.from({ length: Math.floor(bits.length / 8) }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2)))
}

/** Every secret that an owner's keyring holds or that follows from it, made here from the code alone (protocols/vault, "Keys"). */
function secretsOf (code: string): Buffer[] {
  const body = unbase32(code.slice('dfs-recovery1'.length))
  const at = body.indexOf('secret') + 8
  const secret = body.subarray(at, at + 32)
  const kdf = (key: Uint8Array, name: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', `dfs/1/${name}\0`, 32))
  const read = kdf(secret, 'read')
  return [secret, kdf(secret, 'sign'), read, ...['chunk', 'entry', 'name', 'meet'].map((name) => kdf(read, name))]
}

/** Names of files below `dir` in which one of these bytes stands, as it is, in hex or in base64. */
async function filesWith (dir: string, needles: Array<Buffer | string>): Promise<string[]> {
  const forms = needles.flatMap((one) => typeof one === 'string' ? [Buffer.from(one)] : [one, Buffer.from(one.toString('hex')), Buffer.from(one.toString('base64').slice(0, -4))])
  const found: string[] = []
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    if (forms.some((form) => bytes.includes(form))) found.push(entry.name)
  }
  return found
}

/** What `ps` shows of a process to everybody, and to its owner. */
async function seenByPs (pid: number): Promise<string> {
  return (await Promise.all(['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')))).join('\0')
}

describe('keys', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('the recovery code brings everything back on an empty machine from one store member, with all other machines gone', async () => {
    const a = await first(scene, 'laptop')
    const w = await joined(scene, 'desk', a)
    const s = await joined(scene, 'nas', a, 'store')
    const hashes = new Map<string, string>()
    for (const [name, size] of [['empty', 0], ['small.txt', 20], ['inline', 200_000], ['photos/cat.jpg', 3 * MIB + 17]] as const) {
      const hash = await randomFile(scene.path('source'), size)
      await (name === 'inline' ? w : a).ok('put', scene.path('source'), name, '--durable', '2')
      hashes.set(name, hash)
    }
    await until('the store member has everything', async () => (await s.status()).entries === (await a.status()).entries && await s.inSync(2) && (await a.status()).files === 4)
    const code = (await a.ok('recovery-code')).trim()
    for (const gone of [a, w]) {
      await gone.kill()
      await rm(gone.folder, { recursive: true })
    }
    // what the store member has opens nothing
    assert.deepEqual(await filesWith(s.folder, [...secretsOf(code).slice(0, -1), code]), [])

    const folder = scene.path('new')
    const listen = `/ip4/127.0.0.1/tcp/${await freePort()}`
    // the address alone, as one would remember it
    const child = scene.spawn(['--dir', folder, 'init', '--recover', '-', '--bootstrap', s.address.replace(/\/p2p\/.*/, ''), '--label', 'laptop', '--listen', listen, '--capacity', '20GB'], 'pipe')
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => { said += text })
    const ended = once(child, 'close')
    // with white space, capitals and a line break, as it stands on paper
    child.stdin?.end(`${code.slice(0, 13)} ${code.slice(13, 40).toUpperCase()}\n ${code.slice(40)}\n`)
    let looks = 0
    while (child.exitCode === null) {
      const seen = await seenByPs(child.pid ?? -1).catch(() => '')
      if (seen !== '') looks++
      assert.equal(seen.toLowerCase().includes(code.slice(20, 40)), false)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await ended
    assert.equal(child.exitCode, 0, said)
    assert.ok(looks > 0)
    assert.match(said, /^Recovered \w{6}, in .*: 4 files, /)
    assert.equal(said.toLowerCase().includes(code.slice(20)), false)

    const r = await start(scene, folder)
    for (const [name, hash] of hashes) {
      await r.ok('get', name, '-o', scene.path('back'))
      assert.equal(await sha256(scene.path('back')), hash, name)
    }
    assert.equal((await r.ok('recovery-code')).trim(), code)
    const { notes, role } = await r.status()
    assert.deepEqual([notes, role], [[], 'owner'])
    // an owner whose other machines are gone takes them out
    const gone = (await r.members()).filter(({ peer }) => [a.ready.peerId, w.ready.peerId].includes(peer))
    assert.equal(gone.length, 2)
    assert.match((await r.run('revoke', 'laptop')).stderr, /fits 2 members/)
    for (const { peer } of gone) await r.ok('revoke', peer)
    await until('the store member knows it', async () => (await s.members()).length === 2)
    await until('everything is here too', () => r.inSync(1))
    await s.kill()
    await r.ok('get', 'photos/cat.jpg', '-o', scene.path('back'))
    assert.equal(await sha256(scene.path('back')), hashes.get('photos/cat.jpg'))
  })

  it('a wrong, mistyped or foreign code changes nothing, nor does one without a member', async () => {
    const a = await first(scene, 'a')
    const b = await first(scene, 'b')
    const code = (await a.ok('recovery-code')).trim()
    const recover = async (text: string, at: RunningNode): Promise<{ code: number, name: string, message: string }> => {
      const { code, stderr } = await scene.run(['--dir', scene.path('new'), 'init', '--recover', '-', '--bootstrap', at.address, '--json', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`], text)
      assert.equal(stderr.includes(text.slice(20, 40)), false)
      return { ...(JSON.parse(stderr) as { error: { name: string, message: string } }).error, code }
    }
    const mistyped = code.slice(0, 30) + (code[30] === 'a' ? 'b' : 'a') + code.slice(31)
    const results = [await recover(mistyped, a), await recover(`some other text that is long enough ${code.slice(0, 5)}`, a), await recover(code, b)]
    await a.stop()
    results.push(await recover(code, a))
    assert.deepEqual(results.map(({ code, name }) => [code, name]), [[5, 'InvalidRecoveryCodeError'], [5, 'InvalidRecoveryCodeError'], [5, 'WrongVaultError'], [4, 'NoMemberReachableError']])
    assert.match(results[0]?.message ?? '', /checksum/)
    assert.equal((await readdir(scene.dir)).includes('new'), false)
    assert.equal((await b.members()).length, 1)
  })

  it('with a passphrase the keyring is useless without it, and a change takes effect', async () => {
    await writeFile(scene.path('secret'), `${PASSPHRASE}\n`)
    await writeFile(scene.path('second'), 'the second canary')
    const folder = scene.path('node')
    const inside = (...words: string[]): string[] => ['--dir', folder, ...words]
    await scene.ok(inside('init', '--label', 'laptop', '--capacity', '20GB', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`, '--passphrase', 'secret'))
    const node = await start(scene, folder, '--passphrase', 'secret')
    await writeFile(scene.path('source'), 'meow')
    await node.ok('put', scene.path('source'), 'cat')
    const code = (await node.ok('recovery-code')).trim()
    const needles = [...secretsOf(code), code, PASSPHRASE, 'the second canary']
    const clean = async (): Promise<void> => {
      assert.deepEqual(await filesWith(folder, needles), [])
      const { vault, passphrase } = await node.status()
      assert.equal(passphrase, true)
      // the search finds what is there: the vault's public key
      assert.ok((await filesWith(folder, [unbase32(vault)])).length > 0)
      const seen = await seenByPs(node.pid)
      const doors = (await Promise.all(['status', 'members', 'ls'].map((word) => node.ok(word, '--json')))).join('')
      for (const needle of [PASSPHRASE, 'second canary', code]) assert.equal(`${seen}${doors}`.includes(needle), false)
    }
    await clean()

    // through the door of the running node, which asks for the old one all the same
    const wrong = await node.run('passphrase', '--passphrase', 'second', '--new', 'second', '--json')
    assert.deepEqual([wrong.code, (JSON.parse(wrong.stderr) as { error: { name: string } }).error.name], [5, 'WrongPassphraseError'])
    await copyFile(join(folder, 'keyring'), scene.path('keyring-before'))
    await node.ok('passphrase', '--passphrase', 'secret', '--new', 'second')
    await clean()
    await node.stop()

    // nobody to ask
    const unasked = await scene.run(inside('ls', '--json'), undefined, true)
    assert.deepEqual([unasked.code, (JSON.parse(unasked.stderr) as { error: { name: string } }).error.name], [2, 'PassphraseRequiredError'])
    for (const command of ['ls', 'start']) {
      const { code, stderr } = await scene.run(inside(command, '--passphrase', 'secret'), undefined, true)
      assert.equal(code, 5, stderr)
      assert.match(stderr, /WrongPassphraseError/)
    }
    assert.equal(await scene.ok(inside('get', 'cat', '-o', '-', '--passphrase', '-'), 'the second canary\n'), 'meow')
    // the copy from before still opens with what held then, and with nothing else
    await copyFile(scene.path('keyring-before'), join(folder, 'keyring'))
    assert.equal((await scene.run(inside('ls', '--passphrase', 'second'))).code, 5)
    assert.equal(lines(await scene.ok(inside('ls', '--json', '--passphrase', 'secret'))).length, 1)
    assert.deepEqual(await filesWith(folder, needles), [])
  })

  it('a terminal shows the recovery code once, at init, and no secret that is typed', async function () {
    // `script` of other systems takes other options
    if (process.platform !== 'linux') this.skip()
    const folder = scene.path('node')
    /** Answers each prompt with what was not shown before. */
    const typed = async (words: string[], answers: Array<[prompt: string, answer: string]>): Promise<string> => {
      const child = scene.onTerminal(['--dir', folder, ...words])
      let shown = ''
      let from = 0
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        shown += text
        const [next] = answers
        const at = next === undefined ? -1 : shown.indexOf(next[0], from)
        if (next === undefined || at === -1) return
        from = at + next[0].length
        answers.shift()
        child.stdin?.write(`${next[1]}\r`)
      })
      await once(child, 'close')
      assert.equal(child.exitCode, 0, shown)
      assert.deepEqual(answers, [])
      return shown
    }
    const shown = await typed(['init', '--passphrase', '-', '--capacity', '20GB', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`], [['New passphrase (not shown): ', PASSPHRASE], ['Once more: ', PASSPHRASE]])
    const code = /dfs-recovery1[a-z2-7]+/.exec(shown)?.[0] ?? assert.fail(shown)
    assert.equal(shown.includes('canary'), false)
    const ask = 'Passphrase of '
    const before = await typed(['status'], [[ask, PASSPHRASE]])
    assert.match(before, /recovery code was never checked/)
    const checked = await typed(['recovery-code', '--check', '-'], [[ask, PASSPHRASE], ['Recovery code (not shown): ', code]])
    assert.match(checked, /That is the recovery code of this vault/)
    const after = await typed(['status'], [[ask, 'wrong'], [ask, PASSPHRASE]])
    assert.doesNotMatch(after, /never checked/)
    const changed = await typed(['passphrase'], [[ask, PASSPHRASE], ['New passphrase (not shown): ', 'second canary'], ['Once more: ', 'second canary']])
    for (const text of [before, checked, after, changed]) {
      assert.equal(text.includes('canary'), false)
      assert.equal(text.includes(code.slice(13)), false)
    }
    await typed(['ls'], [[ask, 'second canary']])
  })
})
