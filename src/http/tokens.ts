/**
 * Tokens let programs in over HTTP. Each is one file in `<dir>/tokens`, which holds a hash: who
 * reads the folder cannot make the token of it, and a revoked one is refused with the next request.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidOptionError, MemberNotFoundError } from '../errors.js'
import { replaceFile } from '../disk/replace-file.js'

/** Each role may do what the ones before it may. */
export const TOKEN_ROLES = ['read', 'write', 'admin'] as const
export type TokenRole = typeof TOKEN_ROLES[number]

export interface TokenInfo {
  id: string
  role: TokenRole
  /** Only names that begin with this text; '' is all of them. */
  prefix: string
  created: Date
  /** @default never */
  expires?: Date
  label?: string
  /** True for a token that opens one session of a browser and is then used up. */
  once?: boolean
}

export interface TokenTerms { role: TokenRole, prefix?: string, expires?: Date, label?: string, once?: boolean }

const FOLDER = 'tokens'
const HEAD = 'dfs-token1'
const ID_BYTES = 8
const SECRET_BYTES = 32
const FORM = /^dfs-token1([0-9a-f]{16})\.([A-Za-z0-9_-]{43})$/
const ID = /^[0-9a-f]{16}$/

type Stored = Omit<TokenInfo, 'id' | 'created' | 'expires'> & { hash: string, created: string, expires?: string }

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
const pathOf = (dir: string, id: string): string => join(dir, FOLDER, `${id}.json`)

/** Makes a token and returns its text, which is nowhere else. */
export async function createToken (dir: string, { role, prefix = '', expires, label, once }: TokenTerms): Promise<{ token: string, info: TokenInfo }> {
  const id = randomBytes(ID_BYTES).toString('hex')
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const info: TokenInfo = {
    id, role, prefix: prefix.normalize('NFC'), created: new Date(),
    ...(expires === undefined ? {} : { expires }), ...(label === undefined ? {} : { label }), ...(once === true ? { once } : {})
  }
  const { id: _id, ...rest } = info
  await mkdir(join(dir, FOLDER), { recursive: true, mode: 0o700 })
  await replaceFile(pathOf(dir, id), JSON.stringify({ ...rest, hash: hashOf(secret).toString('hex') }))
  return { token: `${HEAD}${id}.${secret}`, info }
}

/** Returns all tokens, the oldest first; those that ended are left out. */
export async function listTokens (dir: string): Promise<TokenInfo[]> {
  const names = await readdir(join(dir, FOLDER)).catch(orNone<string[]>([]))
  const found = await Promise.all(names.filter((name) => ID.test(name.replace(/\.json$/, ''))).map(async (name) => read(dir, name.slice(0, -'.json'.length))))
  return found.flatMap((stored) => stored === undefined || ended(stored.info) ? [] : [stored.info]).sort((a, b) => a.created.getTime() - b.created.getTime())
}

/** @throws MemberNotFoundError where there is no such token */
export async function revokeToken (dir: string, idOrToken: string): Promise<TokenInfo> {
  const id = FORM.exec(idOrToken)?.[1] ?? idOrToken
  if (!ID.test(id)) throw new InvalidOptionError('TOKEN', 'no token', 'a token, or its id of `dfs token list`')
  const stored = await read(dir, id)
  if (stored === undefined) throw new MemberNotFoundError(`There is no token ${id}. See:  dfs token list`)
  await rm(pathOf(dir, id), { force: true })
  return stored.info
}

/** Returns what the token lets in, or undefined for one that is wrong, revoked or has ended. */
export async function checkToken (dir: string, token: string): Promise<TokenInfo | undefined> {
  const [, id, secret] = FORM.exec(token) ?? []
  if (id === undefined || secret === undefined) return undefined
  const stored = await read(dir, id)
  if (stored === undefined || ended(stored.info)) return undefined
  const hash = Buffer.from(stored.hash, 'hex')
  const given = hashOf(secret)
  return hash.length === given.length && timingSafeEqual(hash, given) ? stored.info : undefined
}

const ended = ({ expires }: TokenInfo): boolean => expires !== undefined && expires.getTime() <= Date.now()

async function read (dir: string, id: string): Promise<{ info: TokenInfo, hash: string } | undefined> {
  const text = await readFile(pathOf(dir, id), 'utf8').catch(orNone(undefined))
  if (text === undefined) return undefined
  const { hash, created, expires, ...rest } = JSON.parse(text) as Stored
  return { hash, info: { ...rest, id, created: new Date(created), ...(expires === undefined ? {} : { expires: new Date(expires) }) } }
}

const orNone = <T>(none: T) => (error: NodeJS.ErrnoException): T => {
  if (error.code === 'ENOENT') return none
  throw error
}
