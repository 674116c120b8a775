import type { CID } from 'multiformats/cid'
import type { Statement } from '../../index/statement.js'
import type { Removed, SignalOptions } from './options.js'

export interface ReleaseOptions extends SignalOptions {
  /** What nothing else names waits in the trash; false: it goes for good. @default false */
  trash?: boolean | undefined
}

/** Finished roots, and what they name. */
export interface Roots {
  /** Finished roots that name this block. */
  rootsOf: (cid: CID) => CID[]
  /** True when this block lies below the finished root, which lies below itself: one look-up, nothing is walked. */
  liesBelow: (root: CID, cid: CID) => boolean
  /** What a finished root names, itself included, whether all of it is still here or not; nothing when it is not finished, or is let go meanwhile. */
  blocksBelow: (root: CID) => Generator<CID>
  /** `count` different ones of those, drawn by `random(n)`, which is one of 0..n-1; all, where there are no more. */
  drawBelow: (root: CID, count: number, random: (below: number) => number) => CID[]
  /**
   * Lets a root go: its refs, and every block that nothing else names at that moment. `extra` is in the first
   * transaction, after which the root is not whole any more; a large one takes several.
   */
  release: (root: CID, extra?: readonly Statement[], options?: ReleaseOptions) => Promise<Removed>
  /** Finishes releases that were cut off. */
  resumeReleases: (options?: SignalOptions) => Promise<Removed>
}
