import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of the package this file is in: dist/src/cli lies three folders below it. */
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8')) as { version: string }

export const VERSION = version
