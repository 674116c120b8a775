import type { DfsNode, FileInfo } from '../../api/node.js'
import { compareNames } from './order.js'

/** This many names are skipped before the list is begun again further on. */
const READ_PAST = 1_000

/**
 * This class looks up names in their order with one list beside the caller's own, instead of a
 * question for each name. It skips over names that the caller does not have.
 */
export class Known implements AsyncDisposable {
  private rows: AsyncIterator<FileInfo> | undefined
  private row: FileInfo | undefined

  constructor (private readonly node: DfsNode, private readonly prefix: string, private readonly signal: AbortSignal) {}

  async find (name: string): Promise<FileInfo | undefined> {
    if (this.rows === undefined) await this.begin()
    for (let past = 0; this.row !== undefined && compareNames(this.row.name, name) < 0; past++) {
      if (past === READ_PAST) return this.jump(name)
      await this.next()
    }
    return this.row?.name === name ? this.row : undefined
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.rows?.return?.()
  }

  /** Restarts the list at a name, which is first among the names that begin with it. */
  private async jump (name: string): Promise<FileInfo | undefined> {
    await this.begin(name)
    for await (const row of this.node.list({ prefix: name, limit: 1, signal: this.signal })) {
      if (row.name === name) return row
    }
    return undefined
  }

  private async begin (after?: string): Promise<void> {
    await this.rows?.return?.()
    this.rows = this.node.list({ prefix: this.prefix, signal: this.signal, ...(after === undefined ? {} : { after }) })[Symbol.asyncIterator]()
    await this.next()
  }

  private async next (): Promise<void> {
    const next = await this.rows?.next()
    this.row = next === undefined || next.done === true ? undefined : next.value
  }
}
