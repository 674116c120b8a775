import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import envPaths from 'env-paths'

/**
 * Has Node keep the compiled form of this program in the user's own cache folder. Node's default is
 * a folder in the temporary files, where another user of the machine could put code of theirs. A
 * folder that cannot be written is no error: the program then compiles as if there was none.
 */
export function keepCompiled (): void {
  enableCompileCache(join(envPaths('dfs', { suffix: '' }).cache, 'compiled'))
}
