/** An error for a person says what happened, what holds now, and what to type. */
import { clean } from './format.js'
import { sentences } from './sentences.js'
import { SYSTEM } from './system.js'
import { PLAIN, type Typed } from './typed.js'

/**
 * The lines say what holds and what to type next, by the error's name. `{dfs}` is the command with
 * the given folder, `{program}` the command alone.
 */
const NEXT: Record<string, string[]> = {
  NoVaultError: ['Nothing was made. Next:  {dfs} init   or   {dfs} join -   (another folder: --dir FOLDER, or DFS_DIR)'],
  VaultExistsError: ['Nothing was changed. Next:  {dfs} start   (another folder: --dir FOLDER, or DFS_DIR)'],
  WrongVaultError: ['Nothing was changed.'],
  WrongPassphraseError: ['Nothing was changed. When nobody knows it any more, the recovery code opens the vault in another folder:  {program} --dir OTHER-FOLDER init --recover -'],
  InvalidRecoveryCodeError: ['Nothing was changed.'],
  PortInUseError: ['A node keeps its port, because others know it. To choose another for good:  {dfs} config listen /ip4/0.0.0.0/tcp/PORT'],
  AddressUnavailableError: ['See what is configured:  {dfs} config listen'],
  DirectoryLockedError: ['Nothing was changed. One process at a time uses a folder.'],
  NewerFormatError: ['Nothing was changed.'],
  NoSpaceError: ['Nothing half-written is kept. See:  {dfs} status'],
  NotDurableError: ['See:  {dfs} status'],
  InviteExpiredError: ['Nothing was changed. An owner makes a new one:  {program} invite --role ROLE'],
  InviteUsedError: ['Nothing was changed. An owner makes a new one:  {program} invite --role ROLE'],
  InviteRevokedError: ['Nothing was changed. An owner makes a new one:  {program} invite --role ROLE'],
  InvalidInviteError: ['Nothing was changed. Next:  {dfs} join -   and paste the invite. An owner makes a new one:  {program} invite --role ROLE'],
  'InvalidInviteError revoke': ['Nothing was changed. Next:  {dfs} revoke -   and paste the invite'],
  InvalidLinkError: ['Nothing was written. Next:  {program} fetch -   and paste the link. A machine of the vault makes a new one:  {program} share NAME'],
  'InvalidLinkError revoke': ['Nothing was changed. Next:  {dfs} revoke -   and paste the link'],
  LinkAlteredError: ['Nothing was written.'],
  LinkExpiredError: ['Nothing was written. A machine of the vault makes a new one:  {program} share NAME'],
  LinkRevokedError: ['Nothing was written. A machine of the vault makes a new one:  {program} share NAME'],
  NoWitnessError: ['Nothing was changed; the invite stays good. A member with role owner or write must be running when somebody joins.'],
  BlocksUnavailableError: ['Who is away:  {dfs} members'],
  VersionGoneError: ['Who is away:  {dfs} members'],
  IndexDamagedError: ['Nothing was changed. A new index is made from what can be read of the old one, from the blocks here and from other members by:  {dfs} verify --rebuild'],
  // this key is no error's name: it is for the file `format`, which cannot be made anew
  format: ['Nothing was changed.']
}

/** Returns the lines for a person, in the words of the command line. */
export function explain (error: unknown, typed: Partial<Typed> = {}): string[] {
  const { name, message, code, path, part } = error as { name?: string, message?: string, code?: string, path?: string, part?: string }
  const system = SYSTEM[code ?? '']
  if (system !== undefined && path !== undefined) return [`${clean(path)}: ${system} (${code ?? ''}).`]
  // the person who pressed Ctrl-C knows what happened, and the command reports what holds now
  if (name === 'AbortError') return ['Stopped.']
  const words = { ...PLAIN, ...typed }
  const [head = '', ...rest] = inWords(message ?? String(error), name, words).split('\n').map(clean)
  return [...named(head, name, words), ...rest, ...help(name, [head, ...rest], words), ...next(part ?? name ?? '', words.command).map((next) => next.replaceAll('{dfs}', words.dfs).replaceAll('{program}', words.program))]
}

/** Returns one line about one file of many; what to type next comes once, at the end. */
export function explainFile (path: string, error: Error, typed: Partial<Typed> = {}): string {
  const { name, message, code } = error as NodeJS.ErrnoException
  const system = SYSTEM[code ?? '']
  if (system !== undefined) return `${clean(path)}: ${system} (${code ?? ''}).`
  const words = { ...PLAIN, ...typed }
  const own = `${clean(path)}: `
  const [head = '', ...rest] = named(clean(inWords(message, name, words)), name, words)
  return [head.startsWith(own) ? head : own + head, ...rest].join(' ')
}

const next = (name: string, command: string): string[] => NEXT[`${name} ${command}`] ?? NEXT[name] ?? []

/**
 * An option or argument begins with a dash or a capital letter; what the message does not say is in
 * the command's help.
 */
function help (name: string | undefined, lines: string[], { program, command }: Typed): string[] {
  const wasTyped = name === 'InvalidOptionError' && /^(?:-|[A-Z][A-Z|/-]*: )/.test(lines[0] ?? '')
  return wasTyped && command !== '' && !lines.some((line) => line.includes(`${program} `)) ? [`See:  ${program} help ${command}`] : []
}

/** The API and a command have different words for these fields. */
const FIELDS: Record<string, Record<string, string>> = {
  du: { prefix: 'PREFIX' },
  init: { recoveryCode: '--recover' },
  ls: { prefix: 'PREFIX' },
  mv: { to: 'NEW-NAME' },
  passphrase: { from: '--passphrase', to: '--new' },
  restore: { version: 'VERSION' },
  revoke: { member: 'MEMBER' }
}

/** Rewrites commands as they are typed here, and options of the API as options of this command. */
function inWords (message: string, name: string | undefined, { dfs, program, command, options }: Typed): string {
  const word = (field: string): string => FIELDS[command]?.[field] ?? (options.has(field) ? `--${field}` : field)
  const text = message
    // another folder than the one that was given
    .replace(/(?<=:\s+|`)dfs (?=--dir )/g, `${program} `)
    .replace(/(?<=:\s+|`)dfs (?!--dir )(?=[a-z-])/g, `${dfs} `)
    .replace(/`([a-z]+)`/gi, (quoted, option: string) => word(option) === option ? quoted : word(option))
  return name === 'InvalidOptionError' ? text.replace(/^[a-z]+(?=: )/i, word) : text
}

/**
 * Puts the name of the class after the first sentence, where people and a search find it. The rest
 * goes on a line of its own, and similar names on another.
 */
function named (head: string, name: string | undefined, words: Typed): string[] {
  const ended = (text: string): string => isEnded(text, words) ? text : `${text}.`
  const [first = '', ...more] = sentences(head)
  const rest = [more.filter((text) => !text.startsWith('Close: ')).join(' '), ...more.filter((text) => text.startsWith('Close: '))].filter((text) => text !== '')
  const tagged = name === undefined || name === 'Error' || head.includes(`(${name})`) ? ended(first) : tag(ended(first), name)
  return [tagged, ...rest.map(ended)]
}

/**
 * Puts the name before the stop; for NotDurableError before the colon, which introduces the reason.
 */
function tag (first: string, name: string): string {
  const colon = name === 'NotDurableError' ? first.search(/:\s/) : -1
  const at = colon === -1 ? first.length - 1 : colon
  return `${first.slice(0, at)} (${name})${first.slice(at)}`
}

/** Returns true when a text needs no stop: a stop behind a command would look like a part of it. */
function isEnded (text: string, { dfs, program }: Typed): boolean {
  return /[.:?!`]$/.test(text) || [dfs, program].some((command) => text.split(/:\s+/).at(-1)?.startsWith(`${command} `) === true)
}
