import type { Command } from 'commander'
import { InvalidRecoveryCodeError } from '../../errors.js'
import type { Context, Run } from '../context.js'
import { openNode } from '../open.js'
import { readRecoveryCode } from '../secrets.js'

export function defineRecoveryCode (program: Command, run: Run): void {
  program.command('recovery-code')
    .summary('show the recovery code, or check the one you wrote down')
    .description('Shows the recovery code (owners only). Whoever has it owns the vault.')
    .option('--check <-|file>', 'check the code you wrote down: - asks for it, without showing it')
    .action(run(recoveryCode))
}

export async function recoveryCode (context: Context, { check }: { check?: string }): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  if (check === undefined) {
    const code = await opened.node.recoveryCode({ signal })
    await out.data({ recoveryCode: code })
    await out.line(code)
    if (out.stdoutIsTerminal) out.talk(`Write it down and keep it away from this machine. Then:  ${out.dfs} recovery-code --check -`)
    return
  }
  if (!await opened.node.checkRecoveryCode(await readRecoveryCode(context, '--check', check), { signal })) {
    throw new InvalidRecoveryCodeError('This is a recovery code, but of another vault')
  }
  await out.data({ checked: true })
  await out.line('That is the recovery code of this vault.')
}
