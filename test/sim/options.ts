const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What a simulation is made of. Mean times are of exponential distributions. */
export interface SimOptions {
  seed: number
  nodes: number
  /** Groups in all, about: files are put until there are so many. */
  groups: number
  ms: number
  copies: number
  durable: number
  /** At the end nothing goes wrong for so long, and everybody is there. */
  quietMs: number
  offlineGraceMs: number
  letGoAfterMs: number
  /** Once around all slots. */
  walkMs: number
  /** Dead blocks are kept so long. */
  keepDeadMs: number
  /** How often one node fails, and for how long it is away. */
  crashMs: number
  awayMs: [number, number]
  /** Every so many nodes is a laptop that sleeps. */
  laptopEvery: number
  sleepMs: number
  /** One node leaves for good, and another joins. */
  leaveMs: number
  /** The network falls apart, and for how long. */
  splitMs: number
  splitForMs: [number, number]
  /** Somebody evicts something. */
  evictMs: number
  /** A block rots somewhere. */
  rotMs: number
  /** Of the starts, so many find no index. */
  lostIndex: number
  /** Nodes that claim to hold everything, that drop half of what they hold, that are slow, that lend little. */
  claimers: number
  droppers: number
  slow: number
  small: number
  /** A fault in the code under test, which the invariants must find. */
  fault?: 'no promise' | 'no leaving' | 'young book' | 'collects live'
}

/** A vault of friends and their machines. */
export const MANY: SimOptions = {
  seed: 1,
  nodes: 20,
  groups: 300,
  ms: 48 * HOUR,
  copies: 3,
  durable: 2,
  quietMs: 8 * HOUR,
  offlineGraceMs: HOUR,
  letGoAfterMs: 2 * HOUR,
  walkMs: 6 * HOUR,
  keepDeadMs: 6 * HOUR,
  crashMs: 20 * HOUR,
  awayMs: [MINUTE, 6 * HOUR],
  laptopEvery: 5,
  sleepMs: 10 * HOUR,
  leaveMs: 20 * HOUR,
  splitMs: 16 * HOUR,
  splitForMs: [20 * MINUTE, 5 * HOUR],
  evictMs: 2 * HOUR,
  rotMs: 6 * HOUR,
  lostIndex: 0.2,
  claimers: 1,
  droppers: 1,
  slow: 1,
  small: 2
}

/** A household: seven machines, one of which drops what it holds. Cheap enough for many seeds. */
export const FEW: SimOptions = {
  ...MANY,
  nodes: 7,
  groups: 40,
  ms: 24 * HOUR,
  splitMs: 8 * HOUR,
  claimers: 0,
  small: 1
}
