import assert from 'node:assert/strict'
import { join } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const EXAMPLES = join(ROOT, 'test', 'docs', 'from-doc-comments.ts')
const GIVEN = `
import { createNode, openLink, type DfsNode, type SharedFile } from '../../src/index.js'
declare const [node, shared, bytes, link, code]: [DfsNode, SharedFile, Uint8Array, string, string]
`

/** What an editor shows for each public call: the doc comment, and its examples. */
function calls (): Map<string, { text: string, examples: string[] }> {
  const program = ts.createProgram([join(ROOT, 'src', 'index.ts')], { noResolve: false, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, skipLibCheck: true })
  const checker = program.getTypeChecker()
  const index = program.getSourceFile(join(ROOT, 'src', 'index.ts'))
  assert.ok(index)
  const found = new Map<string, { text: string, examples: string[] }>()
  const add = (name: string, symbol: ts.Symbol): void => {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker))
    found.set(name, { text, examples: symbol.getJsDocTags(checker).filter((tag) => tag.name === 'example').map((tag) => ts.displayPartsToString(tag.text)) })
  }
  const module = checker.getSymbolAtLocation(index)
  assert.ok(module)
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = (exported.flags & ts.SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported)
    if (['createNode', 'openLink'].includes(symbol.name)) add(symbol.name, symbol)
    if (!['DfsNode', 'SharedFile'].includes(symbol.name)) continue
    for (const member of symbol.members?.values() ?? []) {
      const [declaration] = member.declarations ?? []
      const isCall = declaration !== undefined && checker.getTypeOfSymbolAtLocation(member, declaration).getCallSignatures().length > 0
      if (isCall) add(`${symbol.name}.${member.name}`, member)
    }
  }
  return found
}

describe('doc comments of the public calls', function () {
  this.timeout(120_000)
  const found = calls()

  it('say of each what it does, with an example', () => {
    assert.ok(found.size > 28, `${found.size} calls`)
    for (const [name, { text, examples }] of found) {
      assert.ok(text.length > 10, `${name} has no text`)
      assert.equal(examples.length, 1, `${name} has ${examples.length} examples`)
    }
  })

  it('show examples that compile', () => {
    const source = GIVEN + [...found.values()].map(({ examples }, i) => `export async function example${i} (): Promise<void> {\n${examples.join('\n')}\n}`).join('\n')
    const options: ts.CompilerOptions = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2024, lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts', 'lib.esnext.iterator.d.ts', 'lib.esnext.array.d.ts'], types: ['node'], strict: true, noEmit: true, skipLibCheck: true }
    const host = ts.createCompilerHost(options)
    const read = host.getSourceFile.bind(host)
    host.getSourceFile = (name, version) => name === EXAMPLES ? ts.createSourceFile(name, source, version) : read(name, version)
    const program = ts.createProgram([EXAMPLES], options, host)
    const problems = [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics(program.getSourceFile(EXAMPLES))]
    assert.deepEqual(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), [])
  })
})
