import { peerIdFromMultihash } from '@libp2p/peer-id'
import { decode as decodeDigest } from 'multiformats/hashes/digest'
import type { Entry } from '../../../protocols/vault/entry.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import { allMembers, allWriters, putWriter, type MemberRow } from '../../index/queries/members.js'
import type { Role } from '../../api/node.js'
import type { KnownAdmit } from '../entries/revocations.js'

export interface Member {
  /** PeerId as text. */
  peer: string
  bytes: Uint8Array
  role: Role
  operator: string
  label: string
  writer?: Uint8Array
  invite?: Uint8Array
  /** Id of the admit that counts. */
  admit: Uint8Array
  since: number
  seen?: number
  /**
   * Upper bound of the bytes that the placement order counts for this member, whatever it lends.
   */
  maxCapacity?: number
}

/** The owner of a writer key, and the admit that names the key. */
export interface Writer { peer: string, admit: Uint8Array }

/** Returns the PeerId as text of its 38 bytes. */
export function peerText (bytes: Uint8Array): string {
  return peerIdFromMultihash(decodeDigest(bytes)).toString()
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/**
 * The members of the vault by the admits in the index. They are kept in memory, since every entry
 * and every hello reads them.
 */
export class Members {
  private readonly byPeer = new Map<string, Member>()
  /** Grows with every change. */
  version = 0
  /** Owners of the writer keys of all kept admits, whether an admit counts or not. */
  private readonly byWriter = new Map<string, Writer>()

  constructor (db: IndexDb) {
    for (const row of allMembers(db)) this.set(fromRow(row))
    for (const { key, peer, admit } of allWriters(db)) this.setWriter(key, { peer: peerText(peer), admit })
  }

  get (peer: string): Member | undefined { return this.byPeer.get(peer) }
  ofWriter (writer: Uint8Array): Writer | undefined { return this.byWriter.get(hex(writer)) }
  all (): Member[] { return [...this.byPeer.values()] }

  set (member: Member): void {
    this.version++
    this.byPeer.set(member.peer, member)
  }

  remove (peer: string): void {
    this.version++
    this.byPeer.delete(peer)
  }

  setWriter (key: Uint8Array, writer: Writer): void {
    if (!this.byWriter.has(hex(key))) this.byWriter.set(hex(key), writer)
  }
}

/** Returns the member that an admit makes of its subject. */
export function memberOf ({ id, member, invite, since }: KnownAdmit): Member {
  const { subject, writer, role, operator, label, maxCapacity } = member
  return {
    peer: peerText(subject), bytes: subject, role, operator, label, admit: id, since, ...(writer === undefined ? {} : { writer }), ...(invite === undefined ? {} : { invite }),
    ...(maxCapacity === undefined ? {} : { maxCapacity })
  }
}

function fromRow (row: MemberRow): Member {
  return {
    peer: peerText(row.peer),
    bytes: row.peer,
    role: row.role as Role,
    operator: row.operator,
    label: row.label,
    ...(row.writer === null ? {} : { writer: row.writer }),
    ...(row.invite === null ? {} : { invite: row.invite }),
    admit: row.admit,
    since: row.since,
    ...(row.seen === null ? {} : { seen: row.seen }),
    ...(row.maxCapacity === null ? {} : { maxCapacity: row.maxCapacity })
  }
}

export function toRow (member: Member): MemberRow {
  return {
    peer: member.bytes,
    role: member.role,
    operator: member.operator,
    label: member.label,
    writer: member.writer ?? null,
    invite: member.invite ?? null,
    admit: member.admit,
    since: member.since,
    seen: member.seen ?? null,
    maxCapacity: member.maxCapacity ?? null
  }
}

/** Returns the row of the writer key that an admit names. */
export const writerRows = (entry: Entry): Statement[] => entry.kind !== 'admit' || entry.admit.member.writer === undefined
  ? []
  : [putWriter({ key: entry.admit.member.writer, peer: entry.admit.member.subject, admit: entry.id })]
