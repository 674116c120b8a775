/** scp from a server of its own on this machine: encrypted on the way, plain at rest. */
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { sameFolders, sha256 } from '../lib/data.js'
import { freePort, measureProgram, missingProgram, startProgram } from '../lib/programs.js'
import { settle } from '../lib/worker.js'
import { of, smallSets } from '../lib/workloads.js'
import { stopAll } from './nodes.js'

const sshd = process.env.SSHD ?? '/usr/sbin/sshd'
const sample = of('scp')

async function startServer (context, folder) {
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  for (const name of ['host', 'user']) await measureProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  await copyFile(join(folder, 'user.pub'), join(folder, 'authorized'))
  await chmod(join(folder, 'authorized'), 0o600)
  await writeFile(join(folder, 'config'), [
    `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${join(folder, 'host')}`, `AuthorizedKeysFile ${join(folder, 'authorized')}`,
    'StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'PermitRootLogin prohibit-password',
    `PidFile ${join(folder, 'pid')}`, 'Subsystem sftp internal-sftp', ''
  ].join('\n'))
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true }) // where its unprivileged part lives
  const server = startProgram(sshd, ['-D', '-e', '-f', join(folder, 'config')], context)
  await server.said(/listening/)
  return { port, server }
}

export const scp = {
  of: ['W2', 'W3'],
  missing: () => existsSync(sshd) ? missingProgram('scp', 'ssh-keygen') : `scp is not measured: ${sshd} is not installed`,
  run: async (context, data) => {
    const keys = join(context.dir, 'ssh')
    const { port, server } = await startServer(context, keys)
    const { signal } = context
    const copy = async (args) => {
      await settle()
      return measureProgram('scp', ['-q', '-P', String(port), '-i', join(keys, 'user'), '-F', '/dev/null', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes', ...args], { signal })
    }
    const from = (path) => `${userInfo().username}@127.0.0.1:${path}`
    const samples = []
    try {
      if (context.wants('W2')) {
        const { path, size, sha256: hash } = await data.big()
        const out = join(context.dir, 'copy.bin')
        samples.push(sample('W2', 'fetch', { ...await copy([from(path), out]), bytes: size }))
        if (await sha256(out) !== hash) throw new Error('the copy is different')
      }
      if (context.wants('W3')) {
        samples.push(...await smallSets({ wants: (name) => name === 'W3' }, data, async (workload, { folder, names }) => {
          const out = join(context.dir, 'copies')
          const result = await copy(['-r', from(folder), out])
          await sameFolders(folder, out, names)
          return [sample(workload, 'fetch', { ...result, ops: names.length })]
        }))
      }
      return samples
    } finally {
      await server.stop()
      await stopAll(context, [])
    }
  }
}
