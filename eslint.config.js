// Lint. The import table below is docs/architecture's "who may import whom"; every refusal prints its reason.
import { dirname, relative, resolve } from 'node:path'
import tseslint from 'typescript-eslint'

const root = import.meta.dirname
const BLOCKS_ONLY = 'what copies blocks never holds a key'

/** What any file of src/ may use. */
const GROUND = ['src/errors', 'src/defaults', 'src/log', 'src/api']

/**
 * First match wins. `may` lists files or folders below the root; packages and node: modules are `never` only where named. A file
 * of src/ or protocols/ without a row is an error.
 */
const TABLE = [
  { files: /^protocols\/(errors|framing)\.ts$|^protocols\/(block|framing)\//, may: ['protocols/errors', 'protocols/framing', 'protocols/block'], why: 'the ground that every implementation stands on knows nothing above it', never: ['node:fs'] },
  { files: /^protocols\/seal\.ts$/, may: ['protocols/errors', 'protocols/block'], why: 'the only file that makes ciphers stays small enough to read at once' },
  { files: /^protocols\/(file|vault)\//, may: ['self', 'protocols/errors', 'protocols/seal', 'protocols/block'], why: 'formats know no stream and no disk', never: ['node:fs', '@libp2p/interface'] },
  { files: /^protocols\/placement\//, may: ['self', 'protocols/errors', 'protocols/block'], why: 'placement is pure' },
  { files: /^protocols\/(hello|store|get|sync|audit)\//, may: ['self', 'protocols/errors', 'protocols/framing', 'protocols/block', 'protocols/vault'], why: 'protocols do not know each other, nor what opens content', never: ['node:fs'] },
  { files: /^protocols\/generate-messages\.js$/, may: [], why: 'it runs alone' },
  { files: /^src\/(errors|defaults|log)\.ts$|^src\/api\//, may: GROUND, why: 'everything imports these' },
  { files: /^src\/(async|disk)\//, may: ['self', ...GROUND], why: 'tools know nothing of what they are used for' },
  { files: /^src\/index\//, may: ['self', 'protocols/block', 'protocols/placement', 'protocols/errors', 'src/async', 'src/disk', ...GROUND], why: 'the database knows rows, not what is done with them' },
  { files: /^src\/blockstore\//, may: ['self', 'src/index', 'protocols/block', 'protocols/errors', 'src/async', 'src/disk', ...GROUND], why: 'the store keeps bytes that it cannot read' },
  { files: /^src\/file\//, may: ['self', 'protocols/file', 'protocols/block', 'protocols/errors', 'src/blockstore/interface', 'src/async', ...GROUND], why: 'file/ never learns whether a block came from disk or the wire' },
  { files: /^src\/vault\//, may: ['self', 'protocols/vault', 'protocols/seal', 'protocols/hello', 'protocols/sync', 'protocols/block', 'protocols/errors', 'src/index', 'src/async', 'src/disk', 'src/network/peers', 'src/network/dial-report', ...GROUND], why: 'the vault knows names and members, not files or copies' },
  { files: /^src\/replication\//, may: ['self', 'protocols/store', 'protocols/get', 'protocols/audit', 'protocols/placement', 'protocols/block', 'protocols/errors', 'src/blockstore/interface', 'src/index', 'src/async', 'src/network/peers', ...GROUND], why: BLOCKS_ONLY },
  { files: /^src\/network\//, may: ['self', 'src/async', 'protocols/framing/held-bytes', 'protocols/errors', ...GROUND], why: 'the network carries streams and knows nothing of what is in them' },
  { files: /^src\/share\//, may: ['self', 'protocols/hello', 'protocols/get', 'protocols/vault', 'protocols/file', 'protocols/block', 'protocols/errors', 'src/file', 'src/network', 'src/async', ...GROUND], why: 'who opens a link has no vault, no store and no folder' },
  { files: /^src\/rebuild\//, may: ['self', 'protocols', 'src/vault', 'src/blockstore', 'src/index', 'src/async', 'src/disk', ...GROUND], why: 'it runs before there is a node' },
  { files: /^src\/operations\//, may: ['self', 'protocols', 'src/vault', 'src/file', 'src/blockstore/interface', 'src/replication', 'src/async', 'src/disk/local-file', 'src/network/peers', 'src/network/advertised-addresses', 'src/share/parse-link', ...GROUND], why: 'an operation says what happens; the node says with what' },
  { files: /^src\/rpc\//, may: ['self', 'src/index.ts', 'src/api', 'src/errors', 'src/disk/local-file'], why: 'the socket proves that the public API is enough' },
  { files: /^src\/http\//, may: ['self', 'src/index.ts', 'src/disk/replace-file', ...GROUND], why: 'the HTTP API proves that the public API is enough' },
  { files: /^src\/cli\//, may: ['self', 'src/index.ts', 'src/rpc', 'src/http', 'src/disk/replace-file', ...GROUND], why: 'the command line proves that the public API is enough' },
  { files: /^src\/(node\/|index\.ts$)/, may: ['src', 'protocols'], not: ['src/rpc', 'src/http', 'src/cli'], why: 'the node does not know its doors' },
  { files: /^(test\/(e2e|examples)|bench)\//, may: ['test', 'bench', 'src/index.ts', 'src/api', 'src/errors'], why: 'what users do is tested through what users have' }
]

const imports = {
  meta: { type: 'problem', schema: [], messages: { no: '{{from}} may not import {{to}}: {{why}}', row: '{{from}} stands under no row of the import table' } },
  create (context) {
    const from = relative(root, context.filename)
    const rule = TABLE.find(({ files }) => files.test(from))
    if (rule === undefined) return /^(src|protocols)\//.test(from) ? { Program (node) { context.report({ node, messageId: 'row', data: { from } }) } } : {}
    const self = from.split('/').slice(0, 2).join('/')
    const within = (to, place) => to === place || to.startsWith(`${place}/`) || to === `${place}.js` || to.replace(/\.js$/, '.ts') === place
    const check = (node) => {
      const source = node.source?.value
      if (typeof source !== 'string') return
      const to = source.startsWith('.') ? relative(root, resolve(dirname(context.filename), source)) : source
      const allowed = source.startsWith('.')
        ? rule.may.some((place) => within(to, place === 'self' ? self : place)) && !(rule.not ?? []).some((place) => within(to, place))
        : !(rule.never ?? []).some((name) => source === name || source.startsWith(`${name}/`))
      if (!allowed) context.report({ node, messageId: 'no', data: { from, to, why: rule.why } })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check }
  }
}

const banned = (pattern, message) => ({ selector: pattern, message })
const CIPHERS = banned('CallExpression[callee.property.name=/^create(Cipher|Decipher)iv$/], CallExpression[callee.name=/^create(Cipher|Decipher)iv$/], ImportSpecifier[imported.name=/^create(Cipher|Decipher)iv$/]', 'Only protocols/seal.ts (and the Noise adapter) makes ciphers: one place to get nonces and tags right.')
const STREAMS = banned('CallExpression[callee.property.name=/^(onDrain)$/], CallExpression[callee.property.name=/^(pause|resume)$/][callee.object.name=/stream/i], CallExpression[callee.property.name="send"][callee.object.name=/stream/i]', 'Only protocols/framing/channel.ts touches send, onDrain, pause and resume of libp2p streams: their back-pressure has traps.')
const SQL = banned('Literal[value=/\\b(SELECT\\s.+\\sFROM|INSERT\\s(OR\\s\\w+\\s)?INTO|UPDATE\\s\\w+\\sSET|DELETE\\sFROM|PRAGMA\\s)/], TemplateElement[value.raw=/\\b(SELECT\\s[^]+\\sFROM|INSERT\\s(OR\\s\\w+\\s)?INTO|UPDATE\\s\\w+\\sSET|DELETE\\sFROM|PRAGMA\\s)/]', 'SQL stands below src/index/ only: other rooms call a function of queries/.')
const TIME = banned('CallExpression[callee.object.name=/^(Date|performance)$/][callee.property.name="now"], NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.object.name="Math"][callee.property.name="random"], CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|randomBytes|randomInt|randomUUID)$/]', 'The decisions about copies and their simulation have one clock and one source of chance, which are given to them: a seed repeats a run.')

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '**/messages.ts', 'bench/node_modules/**', 'data/**'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }]
    }
  },
  {
    plugins: { dfs: { rules: { imports } } },
    rules: {
      'dfs/imports': 'error',
      'no-restricted-syntax': ['error', CIPHERS, STREAMS],
      'max-lines': ['error', { max: 400 }],
      semi: ['error', 'never'],
      'no-console': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off'
    }
  },
  // the last one is a yardstick: sealing with nothing around it
  { files: ['protocols/seal.ts', 'src/network/noise-crypto.ts', 'bench/workers/sealing.js'], rules: { 'no-restricted-syntax': ['error', STREAMS] } },
  // its 32 bytes are bounded by what it waits for
  { files: ['src/network/echo.ts'], rules: { 'no-restricted-syntax': ['error', CIPHERS] } },
  { files: ['protocols/framing/**'], rules: { 'no-restricted-syntax': ['error', CIPHERS] } },
  { files: ['test/**'], rules: { 'no-restricted-syntax': 'off', '@typescript-eslint/no-floating-promises': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['src/**'], ignores: ['src/index/**', 'src/network/echo.ts', 'src/network/noise-crypto.ts'], rules: { 'no-restricted-syntax': ['error', CIPHERS, STREAMS, SQL] } },
  { files: ['src/replication/placement/**'], rules: { 'no-restricted-syntax': ['error', CIPHERS, STREAMS, SQL, TIME] } },
  { files: ['test/sim/**'], ignores: ['test/sim/*.spec.ts', 'test/sim/large.ts'], rules: { 'no-restricted-syntax': ['error', TIME] } }
)
