import type { Command } from 'commander'
import { InvalidOptionError } from '../../errors.js'
import { createToken, listTokens, revokeToken, TOKEN_ROLES, type TokenInfo } from '../../http/tokens.js'
import type { Context, Run } from '../context.js'
import { clean, day, table } from '../format.js'
import { parseDuration, parseOne, parseText } from '../parse.js'
import { configOf } from './init.js'

export interface TokenFlags { role?: string, prefix?: string, expires?: string, label?: string, once?: boolean }

const ACTIONS = ['create', 'list', 'revoke'] as const
/** A token that opens one session of a browser is used at once, or not at all. */
const ONCE_MS = 120_000

export function defineToken (program: Command, run: Run): void {
  program.command('token <action> [token]')
    .usage(`create [options]\n       ${program.name()} token list\n       ${program.name()} token revoke TOKEN`)
    .summary('who gets in over HTTP')
    .description(`Tokens let programs in over HTTP (${program.name()} start --http). A token acts with the keys of this machine, as far as its role and prefix go; who has its text has that. It works on this machine alone.`)
    .option('--role <role>', `create: ${TOKEN_ROLES.join(', ')} (default: read)`)
    .option('--prefix <text>', 'create: only names that begin so, such as photos/')
    .option('--expires <time>', 'create: ends after this time, such as 30d (default: never)')
    .option('--label <text>', 'create: what it is for')
    .option('--once', 'create: opens one session of a browser, within two minutes')
    .action(run(token))
}

export async function token (context: Context, word: string, given: string | undefined, flags: TokenFlags): Promise<undefined> {
  const { dir, out } = context
  const action = parseOne('ACTION', word, ACTIONS)
  await configOf(dir)
  if (action !== 'create' && Object.keys(flags).some((key) => ['role', 'prefix', 'expires', 'label', 'once'].includes(key))) throw new InvalidOptionError(`token ${action}`, 'takes no options', 'options with create alone')
  if ((action === 'revoke') !== (given !== undefined)) throw new InvalidOptionError('TOKEN', action === 'revoke' ? 'missing' : 'too much', 'a token, or its id, with revoke alone')
  if (action === 'create') return create(context, flags)
  if (action === 'revoke') {
    const gone = await revokeToken(dir, given ?? '')
    await out.data(gone)
    await out.line(`Token ${gone.id} is revoked: the next request with it is refused.`)
    return
  }
  const all = await listTokens(dir)
  for (const info of all) await out.data(info)
  if (out.json) return
  for (const line of table(all.map(row))) await out.line(line)
}

async function create ({ dir, out }: Context, { role, prefix, expires, label, once = false }: TokenFlags): Promise<undefined> {
  const ms = expires === undefined ? once ? ONCE_MS : undefined : parseDuration('--expires', expires)
  const made = await createToken(dir, {
    role: role === undefined ? 'read' : parseOne('--role', role, TOKEN_ROLES),
    once,
    ...(prefix === undefined ? {} : { prefix }),
    ...(ms === undefined ? {} : { expires: new Date(Date.now() + ms) }),
    ...(label === undefined ? {} : { label: parseText('--label', label) })
  })
  await out.data({ token: made.token, ...made.info })
  await out.line(made.token)
}

function row ({ id, role, prefix, expires, label = '', once }: TokenInfo): string[] {
  return [id, role, clean(prefix === '' ? 'all names' : prefix), expires === undefined ? '' : `until ${day(expires)}`, once === true ? 'one session' : '', clean(label)]
}
