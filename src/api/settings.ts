/**
 * Settings are what owners decide for the whole vault, the same on every node once its entry is
 * there. Durations are milliseconds.
 */

export interface Settings {
  /**
   * Wanted copies of versions that were put without a number, whenever they were put; never more
   * than there are holders. @default 3
   */
  copies: number | 'all'
  /**
   * Number of members with a version on disk, the putting one included, before a put without a
   * number resolves. 1..1,024. @default that of DfsNodeInit
   */
  durable?: number
  /** A version with more than this many newer ones is given up. 0..1,000,000. @default 10 */
  keep: number
  /**
   * A version is given up this long after it was superseded or deleted. 0..100 years. @default 30
   * days
   */
  retention: number
  /**
   * 'vault' stores equal chunks of any files of the vault once. A member that can put files, or get
   * one put, can then test guesses of their content. @default 'lineage'
   */
  scope: 'lineage' | 'vault'
}

export interface VaultSettings extends Settings {
  /** Names of the settings that owners have made; the others have their defaults. */
  made: Array<keyof Settings>
}

/**
 * A change lists settings with new values; null means the default again. Settings that are left out
 * stay.
 */
export type SettingsChange = { [K in keyof Settings]?: Settings[K] | null }
