import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'

/** The folder of this package, wherever in the package the running code lies. */
export const PACKAGE_ROOT = dirname(findPackageJSON(import.meta.url) ?? import.meta.filename)
