/** Messages use these words to say what a person types. */
export interface Typed {
  /** This program with the folder that was given, such as `npx dfs --dir ./data`. */
  dfs: string
  /** This program alone. */
  program: string
  /** The command that runs, such as `put`; '' while it is unknown. */
  command: string
  /** Its options, without their dashes. */
  options: ReadonlySet<string>
}

export const PLAIN: Typed = { dfs: 'dfs', program: 'dfs', command: '', options: new Set() }
