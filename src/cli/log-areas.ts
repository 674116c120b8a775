/** The areas of the log, in the order in which docs/logs.md explains them. */
export const LOG_AREAS = {
  'dfs:node': 'each step of a start and a stop, and failures for which no command waits',
  'dfs:network': 'who was dialled and connected, who was refused, and why',
  'dfs:vault': 'entries, admits and revokes; what was refused, and why; joining',
  'dfs:sync': 'comparisons with other members, and what they brought',
  'dfs:push': 'who gets a new version, its receipts, and what failed',
  'dfs:serve': 'what others push here, and what was refused',
  'dfs:download': 'versions that are fetched here, from whom, and late members',
  'dfs:placement': 'why a copy is made or let go; promises; proofs that failed',
  'dfs:blockstore': 'damage, repair, garbage, lack of space'
} as const

/** Sets the environment so that all areas are logged to stderr. Call before libp2p loads. */
export function logAll (env: NodeJS.ProcessEnv): void {
  const { DEBUG } = env
  env.DEBUG = DEBUG === undefined || DEBUG === '' ? 'dfs:*' : `${DEBUG},dfs:*`
}

export function logLines (program: string): string[] {
  const width = Math.max(...Object.keys(LOG_AREAS).map(({ length }) => length))
  return [
    'A node says on stderr what it decides and why, when it is asked to:',
    '',
    `  ${program} --verbose start        all areas`,
    `  DEBUG=dfs:push,dfs:placement ${program} start        some areas`,
    `  DEBUG=dfs:*,dfs:*:trace ${program} start        more: each block, and names of files`,
    '',
    ...Object.entries(LOG_AREAS).map(([area, text]) => `  ${area.padEnd(width)}  ${text}`),
    '',
    'A node that runs already says it where it was started. No line holds a key.'
  ]
}
