/** Who is a member, for parts that are made before the vault is known: until `fill` nobody is. */
export class MemberSet {
  private source: (peer: string) => boolean = () => false

  readonly has = (peer: string): boolean => this.source(peer)

  fill (source: (peer: string) => boolean): void {
    this.source = source
  }
}
