/** What a machine and a vault are told, and what keeps strangers out. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { House } from '../house.js'
import type { Vault } from './making.js'

export async function settings (house: House, { laptop, nas, solo }: Vault): Promise<void> {
  for (const words of [
    ['config'], ['config', 'capacity'], ['config', 'capacity', '2GB'], ['config', 'capacity', '--unset'], ['config', 'capacity', '1GB'], ['config', 'capacity', 'x'], ['config', 'none'], ['config', 'keep'],
    ['config', '--vault'], ['config', '--vault', 'keep'], ['config', '--vault', 'keep', '5'], ['config', '--vault', 'keep', '--unset'], ['config', '--vault', 'none']
  ]) await house.note(laptop, words)
  await house.note(nas, ['config', '--vault', 'keep', '5'], { why: 'not an owner' })
  for (const words of [['token', 'create', '--role', 'write', '--prefix', 'docs/', '--expires', '30d', '--label', 'backup'], ['token', 'list'], ['token', 'create', '--role', 'owner'], ['token', 'revoke', '0000000000000000']]) await house.note(solo, words)
  for (const words of [['help', 'exit-codes'], ['help', 'FileNotFoundError'], ['help', 'nonsense']]) await house.note(solo, words)
}

export async function codes (house: House, { laptop, nas, solo }: Vault): Promise<void> {
  const text = async (name: string, words: string): Promise<void> => writeFile(join(house.cwd, name), words)
  const { stdout } = await house.note(laptop, ['recovery-code'])
  await text('code', (JSON.parse(stdout) as { recoveryCode: string }).recoveryCode)
  await house.note(nas, ['recovery-code'], { why: 'not an owner' })
  await house.note(laptop, ['recovery-code', '--check', 'code'])
  await house.note(laptop, ['recovery-code', '--check', '-'], { input: 'dfs-recovery1nonsense' })
  await house.note(solo, ['recovery-code', '--check', 'code'], { why: 'of another vault' })
  await house.note(house.machine('again'), ['init', '--recover', 'code', '--label', 'again', '--listen', '/memory/frozen-again', '--capacity', '1GB', '--bootstrap', '/memory/frozen-laptop'])
  await text('secret', 'correct horse')
  await text('short', 'x')
  await text('wrong', 'correct hearse')
  for (const words of [
    ['passphrase', '--new', 'short'], ['passphrase', '--new', 'secret'], ['ls'], ['ls', '--passphrase', 'wrong'], ['status', '--passphrase', 'secret'],
    ['passphrase', '--remove', '--passphrase', 'secret']
  ]) await house.note(solo, words)
}
