/** What commander refused, in sentences of ours. */
import type { Command, CommanderError } from 'commander'
import { plural } from './format.js'

interface UsageError { name: string, code: string, message: string, retry: boolean }

/** One of the words of a command whose argument is a list. */
const WORDS: Record<string, string> = { put: 'FILE', rm: 'NAME' }

/** Undefined for help and version, which commander has printed. */
export function usage ({ code, message }: CommanderError, command: Command | undefined): UsageError | undefined {
  if (code === 'commander.help' || code === 'commander.helpDisplayed' || code === 'commander.version') return undefined
  return { name: 'UsageError', code: 'USAGE', message: `${says(code, message, command)}\nSee:  dfs help${command === undefined ? '' : ` ${command.name()}`}`, retry: false }
}

function says (code: string, message: string, command: Command | undefined): string {
  if (code === 'commander.excessArguments' && command !== undefined) return tooMany(command)
  if (code === 'commander.missingArgument' && command !== undefined) return tooFew(command)
  const missing = code === 'commander.optionMissingArgument' ? /'(?:-\w, )?(?<option>--?[\w-]+) (?<value>.+)'/.exec(message)?.groups : undefined
  if (missing !== undefined) return `"${missing.option ?? ''}" needs ${missing.value ?? ''} behind it`
  const [first = '', ...near] = message.replace(/^error: /, '').split('\n')
  return `${first.charAt(0).toUpperCase()}${first.slice(1).replaceAll("'", '"').replace(/\.$/, '')}. ${near.join(' ').replace(/^\((.*)\)$/, '$1')}`.trim()
}

/** Names the first that has no place. */
function tooMany (command: Command): string {
  const { length } = command.registeredArguments
  const [extra = ''] = command.args.slice(length)
  return `"${command.name()}" takes ${length === 0 ? 'no argument' : plural(length, 'argument')}, so "${extra}" has no place`
}

/** Names the first that was not given. */
function tooFew (command: Command): string {
  const { length } = command.args
  const name = command.registeredArguments[length]?.name() ?? ''
  return `"${command.name()}" needs ${WORDS[command.name()] ?? name.toUpperCase()} behind it`
}
