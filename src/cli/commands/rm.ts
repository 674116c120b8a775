import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { exitCode } from '../exit-codes.js'
import { clean, quote } from '../format.js'
import { openNode } from '../open.js'

export function defineRm (program: Command, run: Run): void {
  program.command('rm <names...>')
    .summary('delete files, on all machines')
    .description('Deletes files on all machines of the vault. What they were can be restored until the vault gives it up.')
    .action(run(rm))
}

/** One that fails does not keep the others; the first failure is the exit code. */
export async function rm (context: Context, names: string[]): Promise<number | undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  let code: number | undefined
  let deleted = 0
  for (const name of names) {
    signal.throwIfAborted()
    try {
      await out.data(await opened.node.delete(name, { signal }))
      await out.line(`${clean(name)} is deleted. To take it back:  ${out.dfs} restore ${quote(name)}`)
      deleted++
    } catch (error) {
      if (names.length === 1 || signal.aborted) throw error
      out.error(error)
      code ??= exitCode(error)
    }
  }
  if (deleted > 0 && !opened.running) out.talk(`Other machines hear of it while the node runs:  ${out.dfs} start`)
  return code
}
