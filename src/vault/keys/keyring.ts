import type { KeyObject } from 'node:crypto'
import type { AbortOptions } from '@libp2p/interface'
import { equal } from '../../../protocols/block/hash.js'
import { InvalidOptionError, PassphraseRequiredError, WrongPassphraseError } from '../../errors.js'
import type { Role } from '../../api/node.js'
import { readKeyring, sealingKey, writeKeyring, type KeyringFile } from './keyring-file.js'
import { checkNewPassphrase, newStretch, stretched, type Cost, type Stretch } from './passphrase.js'

/** What a node holds of its vault. Never logged, never sent but to a member of the same role when it joins. */
export interface Secrets {
  vault: Uint8Array
  role: Role
  /** Greets and finds members; all that role store holds. */
  meet: Uint8Array
  /** Read secrets by epoch, from 0. Empty for role store. */
  reads: Uint8Array[]
  /** The vault secret V; owners only. */
  secret?: Uint8Array
  /** Seed of this member's writer key; owners and write members. */
  writer?: Uint8Array
  /** Private X25519 key for later key epochs. */
  box: Uint8Array
  /** True once a person showed that they have the recovery code. */
  recoveryChecked: boolean
}

/** A passphrase, or who asks for it when it is needed. */
export type Passphrase = string | (() => Promise<string>)

interface Wrap { stretch: Stretch, key: KeyObject }

/**
 * The keyring of a folder, for as long as its node lives: what is written again stays under the passphrase that it was
 * opened with. Of that only the key which argon2id made is kept, outside the heap; each write has a key of its own, by a
 * fresh salt.
 */
export class Keyring {
  private last: Promise<unknown> = Promise.resolve()

  private constructor (
    private readonly dir: string,
    /** Missing until a vault's were saved. */
    private held: Secrets | undefined,
    private wrap: Wrap | undefined,
    private readonly cost?: Cost
  ) {}

  /** Of a folder that has none yet; with a passphrase nothing is ever written without it. */
  static async create (dir: string, passphrase?: Passphrase, options: AbortOptions & { cost?: Cost, weakPassphrase?: boolean } = {}): Promise<Keyring> {
    const text = typeof passphrase === 'function' ? await passphrase() : passphrase
    if (text !== undefined) checkNewPassphrase('passphrase', text, { force: options.weakPassphrase ?? false })
    return new Keyring(dir, undefined, text === undefined ? undefined : await newWrap(text, options), options.cost)
  }

  /**
   * Reads the keyring. KeyringError when others can read it, when it is damaged, or wrapped in a way not known here;
   * PassphraseRequiredError, WrongPassphraseError. A function is asked only when the keyring has a passphrase; a text
   * that nothing asks for is InvalidOptionError, since somebody believes that it protects something.
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
  /** A passphrase is needed to open it. */
  get isProtected (): boolean { return this.wrap !== undefined }

  /** Durably, in one step; one write after the other. */
  async save (secrets: Secrets): Promise<void> {
    await this.inTurn(async () => {
      await writeKeyring(this.dir, secrets, this.wrap)
      this.held = secrets
    })
  }

  /**
   * Sets, changes or (without `to`) removes the passphrase, durably and in one step: before it the old one opens the
   * folder, after it the new one alone. WrongPassphraseError, PassphraseRequiredError, InvalidOptionError; nothing is
   * changed then.
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
    // compared by what is derived from both, in constant time
    const given = sealingKey(await stretched(from, stretch, options), stretch.salt)
    if (!equal(given, sealingKey(key, stretch.salt))) throw new WrongPassphraseError('That is not the passphrase of these keys')
  }

  private async inTurn (work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work)
    // whoever waits for it hears of it; the next one goes on
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
