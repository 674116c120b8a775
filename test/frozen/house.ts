/** Machines whose commands are written down, a text for each command. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ran } from '../cli/streams.js'
import { Machine } from './machine.js'
import { Normal } from './normal.js'
import { show } from './show.js'

export interface Note {
  input?: string
  /** For the reader. */
  why?: string
  /** Lines come in any order, and as often as they like. */
  loose?: boolean
  /** Chance decides which machine is named. */
  either?: boolean
}

const MACHINE = /"peer": "<peer of \w+>", "label": "\w+"/g

interface Noted extends Note { machine: Machine, words: string[], ran: Pick<Ran, 'code' | 'stdout' | 'stderr'> }

export class House {
  readonly normal: Normal
  private readonly machines: Machine[] = []
  private readonly noted: Noted[] = []

  private constructor (readonly cwd: string) { this.normal = new Normal(cwd) }

  static async open (): Promise<House> {
    return new House(await mkdtemp(join(tmpdir(), 'dfs-frozen-')))
  }

  machine (label: string): Machine {
    const machine = new Machine(this.cwd, label)
    this.machines.push(machine)
    return machine
  }

  /** Runs `dfs …words --json` and writes down how it ended. Files of a folder are worked on at the same time, so their order says nothing. */
  async note (machine: Machine, words: string[], note: Note = {}): Promise<Ran> {
    const ran = await machine.run([...words, '--json'], note.input)
    this.noted.push({ machine, words, ran, loose: words.includes('-r') && words[0] !== 'log', ...note })
    return ran
  }

  /** Ends a node and writes down what it printed while it ran: each kind of line once. */
  async noteStop (machine: Machine): Promise<void> {
    this.noted.push({ machine, words: ['start'], ran: await machine.stop(), loose: true, why: 'until Ctrl-C' })
  }

  /** The commands that were run. */
  get commands (): string[] { return [...new Set(this.noted.map(({ words: [command = ''] }) => command))].sort() }

  /** All that was written down of one command. */
  of (command: string): string {
    return this.noted.filter(({ words }) => words[0] === command).map((noted) => this.text(noted)).join('\n')
  }

  private text ({ machine, words, ran: { code, stdout, stderr }, why, loose = false, either = false }: Noted): string {
    const prompt = `${machine.label}$ dfs ${words.map((word) => /\s/.test(word) ? `"${word}"` : word).join(' ')} --json`
    const lines = [...(why === undefined ? [] : [`# ${why}`]), this.normal.text(prompt), `exit ${code}`, ...this.lines(stdout, '', loose), ...this.lines(stderr, 'stderr ', loose)]
    const all = `${lines.join('\n')}\n`
    return either ? all.replace(MACHINE, '"peer": "<peer>", "label": "<label>"') : all
  }

  private lines (output: string, head: string, loose: boolean): string[] {
    const lines = output.split('\n').filter((line) => line !== '').map((line) => `${head}${this.line(line)}`)
    return loose ? [...new Set(lines)].sort() : lines
  }

  /** An object, or (of `get -o -`) the bytes of a file. */
  private line (line: string): string {
    try {
      return show(this.normal.value(JSON.parse(line)))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return this.normal.text(line)
    }
  }

  async close (): Promise<void> {
    await Promise.all(this.machines.filter(({ runs }) => runs).map((machine) => machine.stop()))
    await rm(this.cwd, { recursive: true, force: true })
  }
}
