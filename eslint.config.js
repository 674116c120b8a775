// Lint. The import table below is docs/architecture's "who may import whom"; every refusal prints its reason.
import { dirname, relative, resolve } from 'node:path'
import tseslint from 'typescript-eslint'

const root = import.meta.dirname
const BLOCKS_ONLY = 'what copies blocks never holds a key'

/** First match wins. `may` lists files or folders below the root; packages and node: modules are `never` only where named. */
const TABLE = [
  { files: /^protocols\/(errors|framing)\.ts$|^protocols\/(block|framing)\//, may: ['protocols/errors', 'protocols/framing', 'protocols/block'], why: 'the ground that every implementation stands on knows nothing above it', never: ['node:fs'] },
  { files: /^protocols\/seal\.ts$/, may: ['protocols/errors', 'protocols/block'], why: 'the only file that makes ciphers stays small enough to read at once' },
  { files: /^protocols\/(file|vault)\//, may: ['self', 'protocols/errors', 'protocols/seal', 'protocols/block'], why: 'formats know no stream and no disk', never: ['node:fs', '@libp2p/interface'] },
  { files: /^protocols\/placement\//, may: ['self', 'protocols/errors', 'protocols/block'], why: 'placement is pure' },
  { files: /^protocols\/(hello|store|get|sync|audit)\//, may: ['self', 'protocols/errors', 'protocols/framing', 'protocols/block', 'protocols/vault'], why: 'protocols do not know each other, nor what opens content', never: ['node:fs'] },
  { files: /^src\/(errors|interface|defaults)(\.ts|\/.*)$/, may: ['src/errors', 'src/interface', 'src/defaults'], why: 'everything imports these' },
  { files: /^src\/(store|index-db)\//, may: ['src/replace-file', 'src/store', 'src/index-db', 'protocols/block', 'protocols/errors', 'src/errors', 'src/defaults', 'src/interface'], why: 'the store keeps bytes that it cannot read' },
  { files: /^src\/file\//, may: ['self', 'protocols/file', 'protocols/block', 'protocols/errors', 'src/store/interface', 'src/errors', 'src/defaults', 'src/interface'], why: 'file/ never learns whether a block came from disk or the wire' },
  { files: /^src\/vault\//, may: ['src/replace-file', 'self', 'protocols/vault', 'protocols/seal', 'protocols/hello', 'protocols/sync', 'protocols/block', 'protocols/errors', 'src/index-db', 'src/network/peers', 'src/network/asked', 'src/errors', 'src/defaults', 'src/interface'], why: 'the vault knows names and members, not files or copies' },
  { files: /^src\/replication\//, may: ['self', 'protocols/store', 'protocols/get', 'protocols/audit', 'protocols/placement', 'protocols/block', 'protocols/errors', 'src/store/interface', 'src/index-db', 'src/network/peers', 'src/errors', 'src/defaults', 'src/interface'], why: BLOCKS_ONLY },
  { files: /^src\/network\//, may: ['self', 'src/errors', 'src/defaults', 'src/interface', 'protocols/framing/held-bytes', 'protocols/errors'], why: 'the network carries streams and knows nothing of what is in them' },
  { files: /^src\/visit\//, may: ['self', 'protocols/hello', 'protocols/get', 'protocols/vault', 'protocols/file', 'protocols/block', 'protocols/errors', 'src/file', 'src/network', 'src/errors', 'src/defaults', 'src/interface'], why: 'who opens a link has no vault, no store and no folder' },
  { files: /^src\/http\//, may: ['self', 'src/index', 'src/interface', 'src/errors', 'src/local-file'], why: 'the local door proves that the public API is enough' },
  { files: /^src\/cli\//, may: ['src/replace-file', 'self', 'src/index', 'src/interface', 'src/errors', 'src/defaults', 'src/http'], why: 'the command line proves that the public API is enough' },
  { files: /^src\/(node|node-verbs|verbs\/[^/]+|index)\.ts$/, may: ['src', 'protocols'], not: ['src/http', 'src/cli'], why: 'the node does not know its doors' },
  { files: /^(test\/(e2e|examples)|bench)\//, may: ['test', 'bench', 'src/index', 'src/interface', 'src/errors'], why: 'what users do is tested through what users have' }
]

const imports = {
  meta: { type: 'problem', schema: [], messages: { no: '{{from}} may not import {{to}}: {{why}}' } },
  create (context) {
    const from = relative(root, context.filename)
    const rule = TABLE.find(({ files }) => files.test(from))
    if (rule === undefined) return {}
    const self = from.split('/').slice(0, 2).join('/')
    const within = (to, place) => to === place || to.startsWith(`${place}/`) || to === `${place}.js`
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
const STREAMS = banned('CallExpression[callee.property.name=/^(onDrain)$/], CallExpression[callee.property.name=/^(pause|resume)$/][callee.object.name=/stream/i], CallExpression[callee.property.name="send"][callee.object.name=/stream/i]', 'Only protocols/framing.ts touches send, onDrain, pause and resume of libp2p streams: their back-pressure has traps.')
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
  { files: ['protocols/framing.ts', 'protocols/framing/**'], rules: { 'no-restricted-syntax': ['error', CIPHERS] } },
  { files: ['test/**'], rules: { 'no-restricted-syntax': 'off', '@typescript-eslint/no-floating-promises': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['src/replication/copies/**'], rules: { 'no-restricted-syntax': ['error', CIPHERS, STREAMS, TIME] } },
  { files: ['test/sim/**'], ignores: ['test/sim/*.spec.ts', 'test/sim/large.ts'], rules: { 'no-restricted-syntax': ['error', TIME] } }
)
