/**
 * This file writes the entries of a name that bring no new content: delete, restore, move.
 * src/vault/vault.ts writes puts.
 */
import { equal } from '../../../protocols/block/hash.js'
import type { DeleteEntry, PutEntry } from '../../../protocols/vault/entry.js'
import { nextAfter } from '../../../protocols/vault/history.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { MAX_AFTER, MAX_VERSION_LABEL_BYTES } from '../../../protocols/vault/limits.js'
import { makeDelete, makePut, makeRestore, type Author as AuthorTerms, type MadeEntry } from '../../../protocols/vault/make-entry.js'
import { tagOf, type PutPrivate } from '../../../protocols/vault/private-part.js'
import { base32 } from '../../../protocols/vault/text.js'
import { FileExistsError } from '../../errors.js'
import { missingAsOther } from '../../index/queries/missing.js'
import type { Statement } from '../../index/statement.js'
import type { Deleted, FileInfo } from '../../api/node.js'
import type { EntryWriter } from './entry-writer.js'
import { carriedBy } from './lineage.js'
import type { Commit, Heads, EntryLog, Made } from './entry-log.js'
import { checkName, infoOf, openStored } from './names.js'
import { checkPrecondition, type IfVersion } from './precondition.js'

/** The parts with which this file writes. */
export interface NameWriter { ledger: EntryLog, keys: ReadKeys, author: EntryWriter }

/** A version whose private part opened. */
export interface OpenVersion { entry: PutEntry, hidden: PutPrivate }

/**
 * Deletes a name. One entry names all heads, or several entries do where there are more heads than
 * an entry can name. Returns undefined, and writes nothing, when the name means nothing.
 * @throws PreconditionFailedError
 */
export async function deleteName ({ ledger, keys, author }: NameWriter, name: string, commit: Commit, ifVersion?: IfVersion): Promise<Deleted | undefined> {
  const normal = checkName(name)
  const tag = tagOf(keys.name, normal)
  return ledger.ofTag(tag, async () => {
    let last: Deleted | undefined
    for (;;) {
      const before = ledger.heads(tag)
      if (before.newest === undefined || before.newest.kind === 'delete') return last
      if (last === undefined) checkPrecondition(normal, before, ifVersion)
      last = await author.write((terms) => deletion(terms, keys, normal, before), async (made) => {
        const { entry } = asDelete(made)
        await ledger.takeMade([{ entry, before }], commit)
        return { name: normal, version: base32(entry.id), time: new Date(entry.time) }
      })
    }
  })
}

/**
 * Puts an old version of a name on top again. Writes no entry when the only head has the same
 * content.
 * @throws PreconditionFailedError
 */
export async function restoreVersion ({ ledger, keys, author }: NameWriter, { entry: old, hidden }: OpenVersion, finish: Commit, ifVersion?: IfVersion): Promise<FileInfo> {
  return ledger.ofTag(old.tag, async () => {
    const before = ledger.heads(old.tag)
    checkPrecondition(hidden.name, before, ifVersion)
    const newest = before.newest === undefined ? undefined : openStored(before.newest.row.entry, keys)
    if (newest !== undefined && !before.conflict && equal(newest.entry.root.bytes, old.root.bytes)) {
      await finish([])
      return infoOf(newest.entry, newest.hidden, false)
    }
    return author.write((terms) => makeRestore({ ...terms, ...nextAfter(before), keys, ...content(old, hidden) }), async (made) => {
      const { entry } = asVersion(made)
      await ledger.takeMade([{ entry, hidden: content(old, hidden), before }], finish)
      return infoOf(entry, hidden, before.heads.length > entry.after.length)
    })
  })
}

export interface Move { from: string, to: string, keep?: boolean, force: boolean, ifVersion?: IfVersion, ifTarget?: IfVersion }

/**
 * Returns the statement that copies the list of missing blocks from the old entry to the new one.
 */
export const lacksTheSame = (old: Uint8Array, fresh: Uint8Array): Statement[] => [missingAsOther(fresh, old)]

/**
 * Copies the newest version of `from` to `to`. A move also deletes `from`, by a second entry in the
 * same transaction. Returns undefined when `from` means nothing.
 * @param extra makes more statements for the transaction from the ids of the old and the new entry
 * @throws FileExistsError when `to` means something, and neither `force` nor `ifTarget` allows it;
 * PreconditionFailedError
 */
export async function moveName (pen: NameWriter, { from, to, keep = false, force, ifVersion, ifTarget }: Move, commit: Commit, extra: (old: Uint8Array, fresh: Uint8Array) => Statement[]): Promise<FileInfo | undefined> {
  const { ledger, keys, author } = pen
  const [source, target] = [checkName(from), checkName(to)]
  const [gone, come] = [tagOf(keys.name, source), tagOf(keys.name, target)]
  const moved = await ledger.ofTags([gone, come], async () => {
    const left = ledger.heads(gone)
    const old = left.newest === undefined ? undefined : openStored(left.newest.row.entry, keys)
    if (old === undefined) return undefined
    checkPrecondition(source, left, ifVersion)
    const before = ledger.heads(come)
    checkPrecondition(target, before, ifTarget, 'ifTarget')
    if (!force && ifTarget === undefined && before.newest !== undefined && before.newest.kind !== 'delete') throw new FileExistsError(`"${target}" is there already. Nothing was changed. \`force\` puts it over that one, which stays in its history`)
    const hidden = { ...content(old.entry, old.hidden), name: target, label: clip(`${keep ? 'copied' : 'moved'} from ${source}`) }
    return author.write((terms) => makePut({ ...terms, ...nextAfter(before), keys, ...hidden }), async (put) => {
      const { entry } = asVersion(put)
      const take = async (removal: Made[]): Promise<{ info: FileInfo, more: boolean }> => {
        await ledger.takeMade([{ entry, hidden, before }, ...removal], (statements) => commit([...statements, ...extra(old.entry.id, entry.id)]))
        const conflict = before.heads.length > entry.after.length
        return { info: infoOf(entry, hidden, conflict), more: !keep && left.heads.length > MAX_AFTER }
      }
      if (keep) return take([])
      return author.write((terms) => deletion(terms, keys, source, left), async (removal) => take([{ entry: asDelete(removal).entry, before: left }]))
    })
  })
  if (moved?.more === true) await deleteName(pen, source, commit)
  return moved?.info
}

/** Returns the fields of a version that do not depend on its name. */
function content ({ root, bytes, seed, copies }: PutEntry, { name, lineage, key, size, mtime, type, props }: PutPrivate): PutPrivate & Pick<PutEntry, 'root' | 'bytes' | 'seed' | 'copies'> {
  return {
    root, bytes, seed, name, lineage, key, size,
    ...(copies === undefined ? {} : { copies }), ...(mtime === undefined ? {} : { mtime }), ...(type === undefined ? {} : { type }), ...(props === undefined ? {} : { props })
  }
}

const deletion = (terms: AuthorTerms, keys: ReadKeys, name: string, before: Heads): MadeEntry =>
  makeDelete({ ...terms, ...nextAfter(before), keys, name, ...carriedBy(before.newest, keys) })

function asVersion ({ entry }: MadeEntry): { entry: PutEntry } {
  if (entry.kind !== 'put' && entry.kind !== 'restore') throw new TypeError('a version was made')
  return { entry }
}

function asDelete ({ entry }: MadeEntry): { entry: DeleteEntry } {
  if (entry.kind !== 'delete') throw new TypeError('a delete was made')
  return { entry }
}

/** Cuts a text between characters to the length that a version's label allows. */
function clip (text: string): string {
  let bytes = 0
  let end = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > MAX_VERSION_LABEL_BYTES) return text.slice(0, end)
    end += character.length
  }
  return text
}
