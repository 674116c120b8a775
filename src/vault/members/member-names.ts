import { shortPeer } from '../../log.js'

/** The fields of a member from which its name is made. */
export interface Named {
  /** PeerId. */
  peer: string
  /** Label that an owner gave in the certificate; '' for none. */
  label: string
  /** Time of the admit, milliseconds since 1970. */
  since: number
  revoked: boolean
}

/** The source of members for their names. */
export interface MemberNamesSource {
  /** Returns all members, the revoked ones too. */
  members: () => Named[]
  /** Returns a number that grows with every change of `members`. */
  version: () => number
}

interface Entitled { peer: string, name: string, rank: number, since: number }

/**
 * The claims to one name rank as follows: a label that an owner gave, a label that the member gave
 * itself, a revoked member.
 */
const GIVEN = 0
const OWN = 1
const OUT = 2

/** Characters of a PeerId that tell two members apart; more are taken where these are equal. */
const APART = 4

/**
 * The names of members, each unique. A member has the label that it gives itself, else the label
 * that an owner gave, else the end of its PeerId. Of several members with one label the first keeps
 * it, and the others get the end of their PeerId behind it. The ending stays the same whoever
 * comes, goes or is renamed (protocols/vault/README.md, "Names of members").
 */
export class MemberNames {
  private said: (peer: string) => string | undefined = () => undefined
  private names: ReadonlyMap<string, string> | undefined
  private version = -1

  constructor (private readonly source: MemberNamesSource) {}

  /**
   * Sets the source of labels that members give themselves. Call `changed` after each new label.
   */
  ask (said: (peer: string) => string | undefined): void {
    this.said = said
    this.changed()
  }

  changed (): void { this.names = undefined }

  /** Returns the name of a peer; for an unknown peer the end of its PeerId. */
  of (peer: string): string {
    return this.all().get(peer) ?? shortPeer(peer)
  }

  /** Returns true for a member, and for a revoked one. */
  knows (peer: string): boolean { return this.all().has(peer) }

  /** Returns the name that a member would have if no other member had the same. */
  wish ({ peer, label }: Pick<Named, 'peer' | 'label'>): string {
    return harmless(this.said(peer) ?? '') || label || shortPeer(peer)
  }

  private all (): ReadonlyMap<string, string> {
    const version = this.source.version()
    if (this.names === undefined || version !== this.version) {
      this.version = version
      this.names = toldApart(this.source.members().map((member) => this.entitled(member)))
    }
    return this.names
  }

  private entitled (member: Named): Entitled {
    const name = this.wish(member)
    return { peer: member.peer, name, since: member.since, rank: member.revoked ? OUT : name === member.label ? GIVEN : OWN }
  }
}

function toldApart (members: Entitled[]): Map<string, string> {
  const taken = new Set(members.map(({ name }) => name))
  const first = new Set<string>()
  const names = new Map<string, string>()
  for (const { peer, name } of members.sort((a, b) => a.rank - b.rank || a.since - b.since || (a.peer < b.peer ? -1 : 1))) {
    let shown = name
    // the loop takes as many characters of the PeerId as make the name unique
    for (let end = APART; first.has(name) && (shown === name || taken.has(shown)); end++) shown = `${name}-${peer.slice(-end)}`
    first.add(name)
    taken.add(shown)
    names.set(peer, shown)
  }
  return names
}

/**
 * A label is hostile text. Invisible characters are removed, so that two names that look alike are
 * equal.
 */
const harmless = (label: string): string => label.normalize('NFC').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim()
