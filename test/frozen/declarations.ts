/** What a module of dist/ exports, as its declarations say, without comments. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import ts from 'typescript'

export interface Exported { kind: string, text: string }

/** Each exported name, in the order of the letters. */
export async function exportsOf (path: string): Promise<Array<[string, Exported]>> {
  const found = await namesOf(path)
  return [...found].sort(([a], [b]) => a < b ? -1 : 1)
}

async function namesOf (path: string): Promise<Map<string, Exported>> {
  const source = ts.createSourceFile(path, await readFile(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = new Map<string, Exported>()
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) for (const [name, one] of await passedOn(statement, path)) found.set(name, one)
    else if (isExported(statement)) for (const name of declared(statement)) found.set(name, { kind: kindOf(statement), text: print(statement, source) })
  }
  return found
}

/** `export * from`, `export { a, b as c } from`. */
async function passedOn ({ exportClause, moduleSpecifier }: ts.ExportDeclaration, path: string): Promise<Array<[string, Exported]>> {
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return []
  const there = await namesOf(join(dirname(path), moduleSpecifier.text.replace(/\.js$/, '.d.ts')))
  if (exportClause === undefined) return [...there]
  if (!ts.isNamedExports(exportClause)) throw new Error(`${path} exports a namespace`)
  return exportClause.elements.map(({ name, propertyName }) => {
    const one = there.get((propertyName ?? name).text)
    if (one === undefined) throw new Error(`${path} passes on ${name.text}, which is not declared`)
    return [name.text, one]
  })
}

const isExported = (statement: ts.Statement): boolean => ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true

function declared (statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText())
  const { name } = statement as ts.DeclarationStatement
  return name === undefined ? [] : [name.getText()]
}

function kindOf (statement: ts.Statement): string {
  if (ts.isClassDeclaration(statement)) return 'class'
  if (ts.isFunctionDeclaration(statement)) return 'function'
  if (ts.isInterfaceDeclaration(statement)) return 'interface'
  return ts.isTypeAliasDeclaration(statement) ? 'type' : 'const'
}

/** A line for each member, in the order of the declaration; errors are declared by a function, for whose result the compiler makes up a name. */
function print (statement: ts.Statement, source: ts.SourceFile): string {
  return ts.createPrinter({ removeComments: true }).printNode(ts.EmitHint.Unspecified, statement, source).replace(/ extends \w+_base /, ' extends DfsError ')
}
