import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import * as errors from '../../errors.js'
import { nearest } from '../../api/nearest.js'
import type { Context, Run } from '../context.js'
import { exitCodeLines } from '../exit-codes.js'
import { clean, wrap } from '../format.js'
import { logLines } from '../log-areas.js'
import { PACKAGE_ROOT } from '../package-root.js'

const ERRORS = join(PACKAGE_ROOT, 'docs', 'errors.md')
const EXIT_CODES = 'exit-codes'
const LOGS = 'logs'
/** Text has this width off a terminal, and at most this width on one. */
const WIDTH = 80
const MAX_WIDTH = 110

export function defineHelp (program: Command, run: Run): void {
  program.helpCommand(false)
  program.command('help [topic]')
    .summary('explain a command, an error, the exit codes or the logs')
    .description(`Explains a command, such as put; an error, such as FileNotFoundError; the exit codes:  ${program.name()} help ${EXIT_CODES}; or what a node logs:  ${program.name()} help ${LOGS}`)
    .action(run((context, topic: string | undefined) => help(context, program, topic)))
}

export async function help ({ out, world }: Context, program: Command, topic: string | undefined): Promise<undefined> {
  const command = topic === undefined ? program : program.commands.find((one) => one.name() === topic)
  if (command !== undefined) return void command.outputHelp()
  const width = Math.min(MAX_WIDTH, world.stdout.columns ?? WIDTH)
  const lines = topic === EXIT_CODES ? exitCodeLines(out.program) : topic === LOGS ? logLines(out.program) : await errorLines(topic ?? '', width)
  if (lines === undefined) throw new errors.InvalidOptionError('TOPIC', problem(topic ?? '', program), `a command, the name of an error, ${EXIT_CODES} or ${LOGS}:  dfs help`)
  await out.data({ topic, text: lines.join('\n') })
  for (const line of lines) await out.line(line)
}

function problem (topic: string, program: Command): string {
  const known = [...program.commands.map((command) => command.name()), ...Object.keys(errors), EXIT_CODES, LOGS]
  const near = nearest(topic, known)
  return `there is no help for "${clean(topic)}"${near === undefined ? '' : `; did you mean ${near}?`}`
}

/**
 * Returns the lines of docs/errors.md about an error, by its name or code; undefined for an unknown
 * error.
 */
async function errorLines (topic: string, width: number): Promise<string[] | undefined> {
  const sections = (await readFile(ERRORS, 'utf8')).split(/^## /m).slice(1)
  const section = sections.find((text) => text.startsWith(`${topic}\n`) || text.split('\n')[1]?.startsWith(`\`${topic}\``))
  const [code = '', ...text] = section?.trim().split('\n') ?? []
  return section === undefined ? undefined : [code, ...wrap(text.join(' '), width - 2).map((line) => `  ${line}`)]
}
