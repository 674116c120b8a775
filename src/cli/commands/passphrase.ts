import type { Command } from 'commander'
import { InvalidOptionError } from '../../errors.js'
import type { Context, Run } from '../context.js'
import { home } from '../format.js'
import { openNode } from '../open.js'
import { askPassphrase, readPassphrase } from '../secrets.js'

export interface PassphraseFlags { new?: string, remove?: boolean, force?: boolean }

export function definePassphrase (program: Command, run: Run): void {
  program.command('passphrase')
    .summary("set, change or remove the passphrase of this folder's keys")
    .description("Sets or changes the passphrase that protects the keys in the folder; asks for the old one (or takes it with --passphrase) and twice for the new one. Without it nobody opens them, you neither: only the recovery code helps then. Names of files in the index are not protected by it.")
    .option('--new <-|file>', 'the new one, from stdin or a file')
    .option('--force', 'also one of fewer than 8 characters, which protects little')
    .option('--remove', 'no passphrase any more: whoever can read the folder has its keys')
    .action(run(passphrase))
}

export async function passphrase (context: Context, { new: word, remove = false, force = false }: PassphraseFlags): Promise<undefined> {
  const { out, secret, signal, dir } = context
  if (remove && word !== undefined) throw new InvalidOptionError('--remove', 'with --new', 'one of them')
  await using opened = await openNode(context)
  const { passphrase: isProtected } = await opened.node.status({ signal })
  // opening the folder in this process has already asked for the passphrase
  const from = isProtected ? secret.passphrase ?? (secret.option === undefined ? await askPassphrase(context) : await readPassphrase(context, '--passphrase', secret.option, 'now')) : undefined
  const to = remove ? undefined : await readPassphrase(context, '--new', word, 'new')
  await opened.node.changePassphrase({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...(force ? { force } : {}), signal })
  await out.data({ passphrase: to !== undefined })
  await out.line(to === undefined ? `The keys in ${home(dir)} have no passphrase any more: whoever can read the folder has them.` : `Done. From now on only the new passphrase opens the keys in ${home(dir)}.`)
  if (to !== undefined) out.talk('Older copies of the folder still open with what held when they were made.')
}
