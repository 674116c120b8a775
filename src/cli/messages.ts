/** An error for a person: what happened, what holds now, what to type. */
import { clean } from './format.js'

/** What holds and what to type next, by the error's name; `{dfs}` is the command with the folder that was given. */
const NEXT: Record<string, string[]> = {
  NoVaultError: ['Nothing was made. Next:  {dfs} init   or   {dfs} join INVITE   (another folder: --dir FOLDER, or DFS_DIR)'],
  VaultExistsError: ['Nothing was changed. Next:  {dfs} start   (another folder: --dir FOLDER, or DFS_DIR)'],
  WrongVaultError: ['Nothing was changed.'],
  WrongPassphraseError: ['Nothing was changed. When nobody knows it any more, the recovery code opens the vault elsewhere:  dfs --dir OTHER-FOLDER init --recover -'],
  InvalidRecoveryCodeError: ['Nothing was changed.'],
  PortInUseError: ['A node keeps its port, because others know it. To choose another for good:  {dfs} config listen /ip4/0.0.0.0/tcp/PORT'],
  AddressUnavailableError: ['See what is configured:  {dfs} config listen'],
  DirectoryLockedError: ['Nothing was changed. One folder is one process.'],
  NewerFormatError: ['Nothing was changed.'],
  NoSpaceError: ['Nothing half-written is kept. See:  {dfs} status'],
  NotDurableError: ['See:  {dfs} status'],
  InviteExpiredError: ['Nothing was changed. An owner makes invites:  dfs invite --role ROLE'],
  InviteUsedError: ['Nothing was changed. An owner makes invites:  dfs invite --role ROLE'],
  InviteRevokedError: ['Nothing was changed. An owner makes invites:  dfs invite --role ROLE'],
  InvalidInviteError: ['Nothing was changed.'],
  InvalidLinkError: ['Nothing was written.'],
  LinkAlteredError: ['Nothing was written.'],
  LinkExpiredError: ['Nothing was written. Who has the file makes links:  dfs share NAME'],
  LinkRevokedError: ['Nothing was written. Who has the file makes links:  dfs share NAME'],
  NoWitnessError: ['Nothing was changed; the invite stays good. A member with role owner or write must be running when somebody joins.'],
  BlocksUnavailableError: ['Who is away:  {dfs} members'],
  VersionGoneError: ['Who is away:  {dfs} members'],
  IndexDamagedError: ['Nothing was changed. A new index is made from what can be read of the old one, from the blocks here and from other members by:  {dfs} verify --rebuild'],
  // not the name of an error: of the file `format` no new one is made
  format: ['Nothing was changed.']
}

const SYSTEM: Record<string, string> = {
  EACCES: 'no permission',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'a part of its name is longer than this disk can keep',
  ELOOP: 'it is a link',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only'
}

/** @param dfs what to type for `dfs`, such as `dfs --dir ./data` */
export function explain (error: unknown, dfs = 'dfs'): string[] {
  const { name, message, code, path, part } = error as { name?: string, message?: string, code?: string, path?: string, part?: string }
  const system = SYSTEM[code ?? '']
  if (system !== undefined && path !== undefined) return [`${clean(path)}: ${system} (${code ?? ''}).`]
  // whoever pressed Ctrl-C knows what happened; what holds now the commands say
  if (name === 'AbortError') return ['Stopped.']
  const [head = '', ...rest] = (message ?? String(error)).split(/\n|\s+(?=Close: )/).map(clean)
  return [...named(head, name), ...rest, ...(NEXT[part ?? name ?? ''] ?? []).map((next) => next.replaceAll('{dfs}', dfs))]
}

/** One line about one file of many; what to type next is said once, at the end. */
export function explainFile (path: string, error: Error): string {
  const { name, message, code } = error as NodeJS.ErrnoException
  const system = SYSTEM[code ?? '']
  if (system !== undefined) return `${clean(path)}: ${system} (${code ?? ''}).`
  const own = `${clean(path)}: `
  const [head = '', ...rest] = named(clean(message), name)
  return [head.startsWith(own) ? head : own + head, ...rest].join(' ')
}

/** The class's name after the first sentence, where people find it and a search does too; what follows on a line of its own. */
function named (head: string, name: string | undefined): string[] {
  if (name === undefined || name === 'Error' || head.includes(`(${name})`)) return [head]
  const end = name === 'NotDurableError' ? head.search(/[:.](\s|$)/) : head.search(/\.(\s|$)/)
  if (end === -1) return [`${head} (${name}).`]
  const first = `${head.slice(0, end)} (${name})`
  if (head[end] === ':') {
    const stop = head.slice(end).search(/\.(\s|$)/)
    return stop === -1 ? [`${first}${head.slice(end)}.`] : [`${first}${head.slice(end, end + stop)}.`, ...sentence(head.slice(end + stop + 1))]
  }
  return [`${first}.`, ...sentence(head.slice(end + 1))]
}

function sentence (text: string): string[] {
  const trimmed = text.trim()
  if (trimmed === '') return []
  return [/[.:?!`]$/.test(trimmed) ? trimmed : `${trimmed}.`]
}
