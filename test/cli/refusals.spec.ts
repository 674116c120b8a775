/** What a command says of words that it does not take: what happened, what holds now, what to type. */
import assert from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import * as errors from '../../src/errors.js'
import { EXIT } from '../../src/cli/exit-codes.js'
import { explain } from '../../src/cli/messages.js'
import { TestWorld } from './harness.js'

const typed = (command: string): object => ({ dfs: 'dfs --dir x', program: 'dfs', command, options: new Set<string>() })

describe('words that a command does not take', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  const refusal = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await world.run(...words)
    assert.equal(code, EXIT.use, stderr)
    assert.equal(stdout, '')
    return stderr
  }

  it('an invite without a role, or with none that there is, says what to type', async () => {
    assert.equal(await refusal('invite'), '--role: missing (InvalidOptionError).\nAccepted: owner, write, read, store; such as:  dfs invite --role write\n')
    assert.equal(await refusal('invite', '--role', 'king'), '--role: "king" is no role (InvalidOptionError).\nAccepted: owner, write, read, store; such as:  dfs invite --role write\n')
  })

  it('of every option and argument that is refused without a command to type, the help is named', async () => {
    assert.match(await refusal('invite', '--role', 'write', '--expires', 'never'), /\nSee: {2}dfs help invite\n$/)
    assert.match(await refusal('put', 'none'), /^FILE: .*\nSee: {2}dfs help put\n$/s)
    assert.doesNotMatch(await refusal('put', '-'), /See:/)
    const option = (field: string): string[] => explain(new errors.InvalidOptionError(field, 'wrong', 'right'), typed('start'))
    assert.deepEqual(option('NEW-NAME').slice(1), ['Accepted: right.', 'See:  dfs help start'])
    // what stands in a file or in the API was not typed
    for (const field of ['/x/config.toml', 'offline-grace', 'C:\\config.toml']) assert.deepEqual(option(field).slice(1), ['Accepted: right.'])
    assert.deepEqual(explain(new errors.InvalidOptionError('--x', 'wrong', 'right')).slice(1), ['Accepted: right.'])
  })

  it('arguments and values that lack, or that have no place', async () => {
    assert.equal(await refusal('verify', 'hi.txt'), '"verify" takes no argument, so "hi.txt" has no place (UsageError).\nSee:  dfs help verify\n')
    assert.match(await refusal('passphrase', 'status', 'x'), /^"passphrase" takes no argument, so "status" has no place \(/)
    assert.match(await refusal('mv', 'a', 'b', 'c. D'), /^"mv" takes 2 arguments, so "c\. D" has no place \(/)
    assert.match(await refusal('mv', 'a'), /^"mv" needs NEW-NAME behind it \(UsageError\)\.\nSee: {2}dfs help mv\n$/)
    assert.match(await refusal('put'), /^"put" needs FILE behind it \(/)
    assert.match(await refusal('rm'), /^"rm" needs NAME behind it \(/)
    assert.match(await refusal('revoke'), /^"revoke" needs MEMBER\|INVITE\|LINK behind it \(/)
    assert.match(await refusal('put', 'x', '--as'), /^"--as" needs <name> behind it \(/)
    assert.match(await refusal('invite', '-o'), /^"--output" needs <file> behind it \(/)
    assert.match(await refusal('ls', '--passphrase'), /^"--passphrase" needs <-\|file> behind it \(/)
  })

  for (const [command, what] of [['join', 'INVITE'], ['fetch', 'LINK'], ['revoke', 'INVITE|LINK']] as const) {
    it(`${command} @FILE says which file cannot be read and why, and that nothing was changed`, async () => {
      await world.file('empty', ' \n')
      await mkdir(world.path('folder'))
      const before = await readdir(world.cwd)
      const says = async (word: string): Promise<string> => {
        const text = await refusal(command, word)
        assert.ok(text.startsWith(`${what}: `) && text.includes('(InvalidOptionError).\nNothing was changed. Accepted: @FILE'), text)
        assert.ok(text.endsWith(`\nSee:  dfs help ${command}\n`), text)
        return text
      }
      assert.match(await says('@none'), /"none" cannot be read: no such file or folder \(/)
      assert.match(await says('@folder'), /"folder" cannot be read: it is a folder \(/)
      assert.match(await says('@empty/x'), /"empty\/x" cannot be read: a part of the path is no folder \(/)
      assert.match(await says(`@${'x'.repeat(300)}`), /cannot be read: a part of its name is longer than this disk can keep \(/)
      assert.match(await says('@empty'), /the file holds nothing \(/)
      world.input('')
      assert.match(await says('-'), /stdin brought nothing \(/)
      // a text behind the @ is repeated nowhere
      assert.doesNotMatch(await says('@dfs-link1canary'), /canary/)
      assert.deepEqual(await readdir(world.cwd), before)
    })
  }

  it('a text that is none says what to type, in the command that ran', () => {
    const next = (error: Error, command: string): string | undefined => explain(error, typed(command)).at(-1)
    const [invite, link] = [new errors.InvalidInviteError('This is no invite'), new errors.InvalidLinkError('This is no link')]
    assert.equal(next(invite, 'join'), 'Nothing was changed. Next:  dfs --dir x join -   and paste the invite. An owner makes a new one:  dfs invite --role ROLE')
    assert.equal(next(link, 'fetch'), 'Nothing was written. Next:  dfs fetch -   and paste the link. A machine of the vault makes a new one:  dfs share NAME')
    assert.equal(next(invite, 'revoke'), 'Nothing was changed. Next:  dfs --dir x revoke -   and paste the invite')
    assert.equal(next(link, 'revoke'), 'Nothing was changed. Next:  dfs --dir x revoke -   and paste the link')
  })

  it('passphrase says that it read stdin, that it brought nothing, and what holds', async () => {
    world.input('')
    assert.equal(await refusal('passphrase'), '--new: it was not given, so stdin was read, which brought nothing (InvalidOptionError).\nNothing was changed. Accepted: a passphrase in stdin or in a file; on a terminal it is asked for.\nSee:  dfs help passphrase\n')
    world.input('\n')
    assert.match(await refusal('passphrase', '--new', '-'), /^--new: stdin brought nothing \(InvalidOptionError\)\.\nNothing was changed\./)
    await world.file('empty', '\r\n')
    assert.match(await refusal('passphrase', '--new', 'empty'), /^--new: the file holds nothing \(/)
    await mkdir(world.path('folder'))
    assert.match(await refusal('passphrase', '--new', 'folder'), /^--new: the file cannot be read: it is a folder \(InvalidOptionError\)\.\nNothing was changed\./)
    assert.equal(world.node.passphrase, undefined)
    assert.equal(explain(new errors.InvalidOptionError('to', 'short', 'more, or `force`'), { ...typed('passphrase'), options: new Set(['force']) })[1], 'Accepted: more, or --force.')
  })

  it('an invite for a file that cannot be written says so, and hands out nothing', async () => {
    assert.match(await refusal('invite', '--role', 'write', '-o', 'none/x'), /^--output: ".*none\/x" cannot be written: no such file or folder \(InvalidOptionError\)\.\nNo invite was handed out\./)
    assert.equal((await world.run('invite', '--role', 'write', '-o', 'x')).code, 0)
  })
})
