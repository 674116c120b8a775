// Makes messages.ts from each messages.proto below protocols/ (or from the folders that are named): `npm run proto`.
// protons 9 writes for an older runtime: its codecs get their second type argument, its unused parameters are let be.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const named = process.argv.slice(2)
const folders = named.length > 0 ? named : readdirSync(join(root, 'protocols'))

for (const folder of folders) {
  const proto = join(root, 'protocols', folder, 'messages.proto')
  if (!existsSync(proto)) continue
  const out = mkdtempSync(join(tmpdir(), 'generate-'))
  try {
    const { status } = spawnSync(join(root, 'node_modules/.bin/protons'), ['--output', out, proto], { stdio: 'inherit' })
    if (status !== 0) process.exit(status ?? 1)
    const made = readFileSync(join(out, 'messages.ts'), 'utf8')
      .replaceAll(/\b(_?codec: Codec|codec = \(\): Codec|message)<(\w+)>/g, '$1<$2, $2>')
      .replaceAll('Uint8Array<ArrayBuffer>', 'Uint8Array')
    writeFileSync(join(root, 'protocols', folder, 'messages.ts'), `/* eslint-disable */\n// @ts-nocheck made from messages.proto by "npm run proto"\n${made}`)
  } finally {
    rmSync(out, { recursive: true })
  }
}
