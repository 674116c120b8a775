import { SHORT_PEER } from './members.js'

/** A member as far as its name goes. */
export interface Named {
  /** PeerId. */
  peer: string
  /** What an owner called it in its certificate; '' for nothing. */
  label: string
  /** When it was admitted, milliseconds since 1970. */
  since: number
  revoked: boolean
}

/** What names are made of. */
export interface MemberNamesSource {
  /** All members, those that were revoked too. */
  members: () => Named[]
  /** Grows with every change of `members`. */
  version: () => number
}

interface Entitled { peer: string, name: string, rank: number, since: number }

/** Who has the first claim to a name that several have: whom an owner called so, then who calls itself so; those that are out last. */
const GIVEN = 0
const OWN = 1
const OUT = 2

/** Characters of a PeerId that tell members apart; more where they do not. */
const APART = 4

/**
 * What members are called: each name once. A member is called as it calls itself, else as an owner called it, else by the
 * end of its PeerId. Of several with one name the first keeps it and the others have the end of their PeerId behind it, which stays the same whoever comes, goes or is renamed. Spec:
 * protocols/vault, "Names of members".
 */
export class MemberNames {
  private said: (peer: string) => string | undefined = () => undefined
  private names: ReadonlyMap<string, string> | undefined
  private version = -1

  constructor (private readonly source: MemberNamesSource) {}

  /** From now on members may call themselves something; `changed` says that one did. */
  ask (said: (peer: string) => string | undefined): void {
    this.said = said
    this.changed()
  }

  changed (): void { this.names = undefined }

  /** Of whom nothing is known: the end of its PeerId. */
  of (peer: string): string {
    return this.all().get(peer) ?? short(peer)
  }

  /** True for a member, one that was revoked too. */
  knows (peer: string): boolean { return this.all().has(peer) }

  /** What a member would be called if nobody else were called so. */
  wish ({ peer, label }: Pick<Named, 'peer' | 'label'>): string {
    return harmless(this.said(peer) ?? '') || label || short(peer)
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
    // as many characters of the PeerId as nobody is called by already
    for (let end = APART; first.has(name) && (shown === name || taken.has(shown)); end++) shown = `${name}-${peer.slice(-end)}`
    first.add(name)
    taken.add(shown)
    names.set(peer, shown)
  }
  return names
}

const short = (peer: string): string => peer.slice(-SHORT_PEER)

/** What a member calls itself is anybody's text: without what cannot be seen, so that two names that look alike are alike. */
const harmless = (label: string): string => label.normalize('NFC').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim()
