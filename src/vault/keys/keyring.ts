import type { KeyObject } from 'node:crypto'
import type { AbortOptions } from '@libp2p/interface'
import { equal } from '../../../protocols/block/hash.js'
import { InvalidOptionError, PassphraseRequiredError, WrongPassphraseError } from '../../errors.js'
import type { Role } from '../../api/node.js'
import { readKeyring, sealingKey, writeKeyring, type KeyringFile } from './keyring-file.js'
import { checkNewPassphrase, newStretch, stretched, type Cost, type Stretch } from './passphrase.js'

/**
 * The secrets of a vault that a node holds. They are never logged, and sent only to a joiner of the
 * same role.
 */
export interface Secrets {
  vault: Uint8Array
  role: Role
  /** Secret for hello and for finding members; the only vault secret of role store. */
  meet: Uint8Array
  /** Read secrets by epoch, from 0. Empty for role store. */
  reads: Uint8Array[]
  /** The vault secret V; owners only. */
  secret?: Uint8Array
  /** Seed of this member's writer key; owners and write members only. */
  writer?: Uint8Array
  /** Private X25519 key for later key epochs. */
  box: Uint8Array
  /** True once a person has shown that they have the recovery code. */
  recoveryChecked: boolean
}

/** A passphrase, or a function that asks a person for it when it is needed. */
export type Passphrase = string | (() => Promise<string>)

interface Wrap { stretch: Stretch, key: KeyObject }

/**
 * The keyring of a folder, for the life of its node. Every later write stays under the passphrase
 * with which the keyring was opened. Only the key that argon2id derived from the passphrase is
 * kept, outside the heap. Each write has a key of its own, by a new salt.
 */
export class Keyring {
  private last: Promise<unknown> = Promise.resolve()

  private constructor (
    private readonly dir: string,
    /** Missing until the secrets of a vault were saved. */
    private held: Secrets | undefined,
    private wrap: Wrap | undefined,
    private readonly cost?: Cost
  ) {}

  /**
   * Makes the keyring of a new folder. With a passphrase, nothing is ever written without
   * encryption.
   * @throws InvalidOptionError when the passphrase is too short
   */
  static async create (dir: string, passphrase?: Passphrase, options: AbortOptions & { cost?: Cost, weakPassphrase?: boolean } = {}): Promise<Keyring> {
    const text = typeof passphrase === 'function' ? await passphrase() : passphrase
    if (text !== undefined) checkNewPassphrase('passphrase', text, { force: options.weakPassphrase ?? false })
    return new Keyring(dir, undefined, text === undefined ? undefined : await newWrap(text, options), options.cost)
  }

  /**
   * Reads the keyring. A function is called only when the keyring has a passphrase. A text for a
   * keyring without a passphrase is refused, since its owner believes that it protects something.
   * @throws KeyringError when other users can read the file, when it is damaged, or when its wrap
   * is unknown; PassphraseRequiredError; WrongPassphraseError; InvalidOptionError
   */
  static async open (dir: string, passphrase?: Passphrase, options: AbortOptions & { cost?: Cost } = {}): Promise<Keyring> {
    const file = await readKeyring(dir)
    if (file.stretch === undefined) {
      if (typeof passphrase === 'string') throw new InvalidOptionError('passphrase', `the keyring in ${dir} has none`, 'nothing; changePassphrase sets one')
      return new Keyring(dir, file.open(), undefined, options.cost)
    }
    if (passphrase === undefined) throw new PassphraseRequiredError(`The keys in ${dir} are protected by a passphrase, and none was given`)
    const text = typeof passphrase === 'function' ? await passphrase() : passphrase
    const key = await stretched(text, file.stretch, options)
    return new Keyring(dir, opened(dir, file, key), { stretch: file.stretch, key }, options.cost)
  }

  get secrets (): Secrets | undefined { return this.held }
  /** True when a passphrase is needed to open the keyring. */
  get isProtected (): boolean { return this.wrap !== undefined }

  /** Writes the secrets durably in one step. Calls wait for each other. */
  async save (secrets: Secrets): Promise<void> {
    await this.inTurn(async () => {
      await writeKeyring(this.dir, secrets, this.wrap)
      this.held = secrets
    })
  }

  /**
   * Sets, changes or (without `to`) removes the passphrase, durably and in one step: before the
   * step the old passphrase opens the folder, after it only the new one does.
   * @throws WrongPassphraseError, PassphraseRequiredError, InvalidOptionError; nothing is changed
   * then
   */
  async change ({ from, to, force = false, ...options }: AbortOptions & { from?: string, to?: string, force?: boolean }): Promise<void> {
    if (to !== undefined) checkNewPassphrase('to', to, { force })
    await this.inTurn(async () => {
      if (this.held === undefined) throw new TypeError('there is no keyring yet')
      if (this.wrap === undefined && from !== undefined) throw new InvalidOptionError('from', 'the keys have no passphrase', 'nothing')
      if (this.wrap !== undefined) await this.check(this.wrap, from, options)
      const wrap = to === undefined ? undefined : await newWrap(to, { ...options, ...(this.cost === undefined ? {} : { cost: this.cost }) })
      await writeKeyring(this.dir, this.held, wrap)
      this.wrap = wrap
    })
  }

  private async check ({ stretch, key }: Wrap, from: string | undefined, options: AbortOptions): Promise<void> {
    if (from === undefined) throw new PassphraseRequiredError('The keys are protected by a passphrase: to change it, give the one that holds now')
    // keys derived from both passphrases are compared in constant time
    const given = sealingKey(await stretched(from, stretch, options), stretch.salt)
    if (!equal(given, sealingKey(key, stretch.salt))) throw new WrongPassphraseError('That is not the passphrase of these keys')
  }

  private async inTurn (work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work)
    // the caller of the failed write gets its error; the next write goes on
    this.last = turn.catch(() => {})
    await turn
  }
}

async function newWrap (passphrase: string, { cost, ...options }: AbortOptions & { cost?: Cost }): Promise<Wrap> {
  const stretch = newStretch(cost)
  return { stretch, key: await stretched(passphrase, stretch, options) }
}

function opened (dir: string, file: KeyringFile, key: KeyObject): Secrets {
  if (!file.fits(key)) throw new WrongPassphraseError(`That is not the passphrase of the keys in ${dir}`)
  return file.open(key)
}
