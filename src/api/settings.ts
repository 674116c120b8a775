/** What owners decide for the whole vault: the same on every node once its entry is there. Durations are milliseconds. */

export interface Settings {
  /** Wanted copies of versions that were put without a number, whenever they were put; never more than there are holders. @default 3 */
  copies: number | 'all'
  /** For puts that name none: members with the version on disk, the putting one included, before put resolves. 1..1,024. @default what DfsNodeInit says of it */
  durable?: number
  /** A version with more than so many newer ones is given up. 0..1,000,000. @default 10 */
  keep: number
  /** A version is given up so long after it was superseded or deleted. 0..100 years. @default 30 days */
  retention: number
  /** 'vault': equal chunks of any files of the vault are kept once. Who can put files, or get one put, may then test guesses of what is in it. @default 'lineage' */
  scope: 'lineage' | 'vault'
}

export interface VaultSettings extends Settings {
  /** The settings that owners have made; the others have their default. */
  made: Array<keyof Settings>
}

/** null: the default again. What is left out stays as it is. */
export type SettingsChange = { [K in keyof Settings]?: Settings[K] | null }
