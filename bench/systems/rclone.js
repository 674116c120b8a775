/**
 * rclone crypt: an encrypted folder that one copies into and serves by WebDAV; the other copies out of a crypt over
 * WebDAV, so that what crosses the wire is encrypted.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sameFolders, sha256 } from '../lib/data.js'
import { freePort, measureProgram, missingProgram, startProgram } from '../lib/programs.js'
import { settle } from '../lib/worker.js'
import { AT_ONCE, BYTES_PER_RANGE, of, smallSets } from '../lib/workloads.js'
import { stopAll } from './nodes.js'

const rclone = process.env.RCLONE ?? 'rclone'
const sample = of('rclone crypt')

async function withCrypt (context, task) {
  const store = join(context.dir, 'rclone')
  await rm(store, { recursive: true, force: true })
  const port = await freePort()
  const { output } = await measureProgram(rclone, ['obscure', 'bench'], { read: true })
  const env = {
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_LOCALCRYPT_TYPE: 'crypt',
    RCLONE_CONFIG_LOCALCRYPT_REMOTE: store,
    RCLONE_CONFIG_LOCALCRYPT_PASSWORD: output.trim(),
    RCLONE_CONFIG_DAV_TYPE: 'webdav',
    RCLONE_CONFIG_DAV_URL: `http://127.0.0.1:${port}`,
    RCLONE_CONFIG_DAVCRYPT_TYPE: 'crypt',
    RCLONE_CONFIG_DAVCRYPT_REMOTE: 'dav:',
    RCLONE_CONFIG_DAVCRYPT_PASSWORD: output.trim()
  }
  const { signal } = context
  const run = async (args, options = {}) => measureProgram(rclone, args, { env, signal, ...options })
  const serve = async () => {
    const server = startProgram(rclone, ['serve', 'webdav', store, '--addr', `127.0.0.1:${port}`, '--read-only'], { env, signal })
    await server.said(/started on/i)
    return server
  }
  return task({ run, serve })
}

async function withServer (serve, task) {
  const server = await serve()
  try {
    await settle()
    const result = await task()
    return { ...result, servingMib: server.peakMib() }
  } finally {
    await server.stop()
  }
}

async function large (context, { big }) {
  const { path, size, sha256: hash } = await big()
  return withCrypt(context, async ({ run, serve }) => {
    await settle()
    const samples = [sample('W1', 'add', { ...await run(['copyto', path, 'localcrypt:big.bin']), bytes: size })]
    if (context.wants('W2')) {
      const copy = join(context.dir, 'copy.bin')
      samples.push(sample('W2', 'fetch', { ...await withServer(serve, async () => run(['copyto', 'davcrypt:big.bin', copy])), bytes: size }))
      if (await sha256(copy) !== hash) throw new Error('the copy is different')
    }
    if (context.wants('W4')) {
      samples.push(sample('W4', 'first byte', await withServer(serve, async () => run(['cat', 'davcrypt:big.bin'], { firstByte: true }))))
      const { seconds } = await withServer(serve, async () => run(['cat', '--offset', String(Math.floor(size / 2)), '--count', String(Math.min(BYTES_PER_RANGE, Math.floor(size / 2))), 'davcrypt:big.bin']))
      samples.push(sample('W4', 'range', { ms: seconds * 1000 }))
    }
    return samples.filter(({ workload }) => context.wants(workload))
  })
}

export const rcloneSystem = {
  of: ['W1', 'W2', 'W3', 'W4'],
  missing: () => missingProgram(rclone),
  run: async (context, data) => {
    try {
      const samples = ['W1', 'W2', 'W4'].some(context.wants) ? await large(context, data) : []
      if (!context.wants('W3')) return samples
      return [...samples, ...await smallSets({ wants: (name) => name === 'W3' }, data, (workload, { folder, names }) => withCrypt(context, async ({ run, serve }) => {
        await settle()
        const added = await run(['copy', '--transfers', String(AT_ONCE), folder, 'localcrypt:small'])
        const copies = join(context.dir, 'copies')
        const fetched = await withServer(serve, async () => run(['copy', '--transfers', String(AT_ONCE), 'davcrypt:small', copies]))
        await sameFolders(folder, copies, names)
        return [sample(workload, 'add', { ...added, ops: names.length }), sample(workload, 'fetch', { ...fetched, ops: names.length })]
      }))]
    } finally {
      await stopAll(context, [])
    }
  }
}
