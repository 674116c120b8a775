/** What differs from run to run, as its type and format: `"<time>"`, `"<peer of nas>"`, `"<integer>"`. Keys and words stay. */
import { homedir } from 'node:os'

/** Numbers that depend on the machine, on timing, or on the layout of the index. */
const VARYING = new Set(['used', 'index', 'free', 'reserve', 'bytesReceived', 'bytesSent', 'latency', 'rate', 'putMs', 'getMs', 'seconds', 'pid', 'pages.found', 'pages.of'])
/** Words that depend on who was faster. */
const RACED = new Set(['direction', 'link.address'])
/** Lists whose order says nothing. */
const UNORDERED = new Set(['copies', 'members', 'list', 'conflict'])

const FORMATS: Array<[RegExp, string]> = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\b/g, '<time>'],
  [/\b12D3KooW[1-9A-HJ-NP-Za-km-z]{44}\b/g, '<peer>'],
  [/\bbaf[ky][a-z2-7]{55}\b/g, '<cid>'],
  [/\bdfs-(invite|link|recovery)1[0-9A-Za-z_-]+/g, '<dfs-$11…>'],
  [/\bdfs-token1[0-9a-f]{16}\.[A-Za-z0-9_-]{43}/g, '<dfs-token1…>'],
  [/\b(?!0{16})[0-9a-f]{16}\b/g, '<id of a token>'],
  [/\b[a-z2-7]{52}\b/g, '<id>'],
  [/\b(?:\d{1,2} [A-Z][a-z]{2} )?(?:\d{4} )?\d\d:\d\d\b/g, '<time of day>'],
  [/\/tcp\/\d+/g, '/tcp/<port>'],
  [/\bprocess \d+/g, 'process <pid>']
]

export class Normal {
  private readonly known: Array<[string, string]>

  /** @param cwd folder that paths lie in */
  constructor (cwd: string) { this.known = [[cwd, '<tmp>'], [cwd.replace(homedir(), '~'), '<tmp>']] }

  /** From now on `text` stands as `<words>`. */
  name (text: string, words: string): void { this.known.push([text, `<${words}>`]) }

  text (text: string): string {
    let normal = text
    for (const [from, to] of this.known) normal = normal.replaceAll(from, to)
    for (const [from, to] of FORMATS) normal = normal.replace(from, to)
    return normal
  }

  /** @param below what the object is called that holds it */
  value (value: unknown, key = '', below = ''): unknown {
    if (typeof value === 'string') return RACED.has(key) || RACED.has(`${below}.${key}`) ? `<${key}>` : this.text(value)
    if (typeof value === 'number' && (VARYING.has(key) || VARYING.has(`${below}.${key}`))) return Number.isInteger(value) && key !== 'latency' ? '<integer>' : '<number>'
    if (Array.isArray(value)) return this.list(value, key)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [this.text(name), this.value(item, name, key)]))
  }

  private list (list: unknown[], key: string): unknown[] {
    if (key === 'protocols') return ['<protocol>']
    const normal = list.map((item) => this.value(item))
    return UNORDERED.has(key) ? normal.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1) : normal
  }
}
