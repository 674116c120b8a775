/**
 * Every failure that a caller can act on has its own class: a stable `name`, a stable `code` (a
 * heading in docs/errors.md), and `retry`, which says whether the same call can succeed later
 * without a change.
 */
import type { FileResult } from './api/node.js'

export class DfsError extends Error {
  /** The code is stable, upper case, and a heading in docs/errors.md. */
  readonly code: string
  /** True when the same call may succeed later without a change. */
  readonly retry: boolean

  constructor (code: string, message: string, options: { retry?: boolean, cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.retry = options.retry ?? false
  }
}

type Init = { retry?: boolean, cause?: unknown }

/** Declares one class of error; `retry` is its default. */
function define (name: string, code: string, retry = false): new (message: string, init?: Init) => DfsError {
  const type = class extends DfsError {
    constructor (message: string, init: Init = {}) {
      super(code, message, { retry, ...init })
      this.name = name
    }
  }
  Object.defineProperty(type, 'name', { value: name })
  return type
}

// the folder
export class NoVaultError extends define('NoVaultError', 'NO_VAULT') {}
export class VaultExistsError extends define('VaultExistsError', 'VAULT_EXISTS') {}
export class DirectoryLockedError extends define('DirectoryLockedError', 'DIRECTORY_LOCKED', true) {
  /** The id of the process that holds the folder, where it could be found. */
  pid?: number
}
export class NewerFormatError extends define('NewerFormatError', 'NEWER_FORMAT') {}
export class DirectoryNotWritableError extends define('DirectoryNotWritableError', 'DIRECTORY_NOT_WRITABLE') {}
export class WrongLayoutError extends define('WrongLayoutError', 'WRONG_LAYOUT') {}
export class KeyringError extends define('KeyringError', 'KEYRING') {}
export class PassphraseRequiredError extends define('PassphraseRequiredError', 'PASSPHRASE_REQUIRED') {}
export class WrongPassphraseError extends define('WrongPassphraseError', 'WRONG_PASSPHRASE') {}
export class IndexDamagedError extends define('IndexDamagedError', 'INDEX_DAMAGED') {
  /** `format` when the file `format` is newer, not the index; that file cannot be made anew. */
  part?: 'format'
}

// what was asked
export class FileNotFoundError extends define('FileNotFoundError', 'FILE_NOT_FOUND') {}
export class VersionNotFoundError extends define('VersionNotFoundError', 'VERSION_NOT_FOUND') {}
export class VersionGoneError extends define('VersionGoneError', 'VERSION_GONE', true) {}
export class MemberNotFoundError extends define('MemberNotFoundError', 'MEMBER_NOT_FOUND') {}
export class PeerNotConnectedError extends define('PeerNotConnectedError', 'PEER_NOT_CONNECTED', true) {}
export class LastOwnerError extends define('LastOwnerError', 'LAST_OWNER') {}
export class NotAllowedError extends define('NotAllowedError', 'NOT_ALLOWED') {}
export class NodeStoppedError extends define('NodeStoppedError', 'NODE_STOPPED') {}
export class TimeoutError extends define('TimeoutError', 'TIMEOUT', true) {}
export class AbortError extends define('AbortError', 'ABORTED', true) {}
export class SourceError extends define('SourceError', 'SOURCE_FAILED') {}
export class SourceChangedError extends define('SourceChangedError', 'SOURCE_CHANGED', true) {}
export class FileExistsError extends define('FileExistsError', 'FILE_EXISTS') {}

/** An option, argument or configuration key is not acceptable. */
export class InvalidOptionError extends DfsError {
  readonly field: string
  constructor (field: string, problem: string, accepted: string, init: Init = {}) {
    super('INVALID_OPTION', `${field}: ${problem}. Accepted: ${accepted}`, init)
    this.name = 'InvalidOptionError'
    this.field = field
  }
}
export class InvalidNameError extends define('InvalidNameError', 'INVALID_NAME') {}
export class InvalidInviteError extends define('InvalidInviteError', 'INVALID_INVITE') {}
export class InvalidLinkError extends define('InvalidLinkError', 'INVALID_LINK') {}
export class InvalidRecoveryCodeError extends define('InvalidRecoveryCodeError', 'INVALID_RECOVERY_CODE') {}
export class PortInUseError extends define('PortInUseError', 'PORT_IN_USE') {}
export class AddressUnavailableError extends define('AddressUnavailableError', 'ADDRESS_UNAVAILABLE') {}

// joining
export class InviteExpiredError extends define('InviteExpiredError', 'INVITE_EXPIRED') {}
export class InviteUsedError extends define('InviteUsedError', 'INVITE_USED') {}
export class InviteRevokedError extends define('InviteRevokedError', 'INVITE_REVOKED') {}
export class LinkExpiredError extends define('LinkExpiredError', 'LINK_EXPIRED') {}
export class LinkRevokedError extends define('LinkRevokedError', 'LINK_REVOKED') {}
export class LinkAlteredError extends define('LinkAlteredError', 'LINK_ALTERED') {}
export class WrongVaultError extends define('WrongVaultError', 'WRONG_VAULT') {}
export class NoMemberReachableError extends define('NoMemberReachableError', 'NO_MEMBER_REACHABLE', true) {}
export class NoWitnessError extends define('NoWitnessError', 'NO_WITNESS', true) {}
export class JoinRefusedError extends define('JoinRefusedError', 'JOIN_REFUSED') {}

// blocks and copies
export class BlocksUnavailableError extends define('BlocksUnavailableError', 'BLOCKS_UNAVAILABLE', true) {}
export class BlockNotFoundError extends define('BlockNotFoundError', 'BLOCK_NOT_FOUND', true) {}
export class BlockCorruptError extends define('BlockCorruptError', 'BLOCK_CORRUPT') {}
export class InvalidDataError extends define('InvalidDataError', 'INVALID_DATA') {}
export class NoSpaceError extends define('NoSpaceError', 'NO_SPACE', true) {}
export class StoreFailedError extends define('StoreFailedError', 'STORE_FAILED') {}
export class NotPromisedError extends define('NotPromisedError', 'NOT_PROMISED', true) {}

/** A name does not mean what `ifVersion` expects. Nothing was changed. */
export class PreconditionFailedError extends DfsError {
  /** The version that the name means; null when it means nothing. */
  readonly current: string | null
  constructor (message: string, detail: { current: string | null }) {
    super('PRECONDITION_FAILED', message)
    this.name = 'PreconditionFailedError'
    this.current = detail.current
  }
}

/** The write is kept here, but on fewer members than were asked for. Repeating it is safe. */
export class NotDurableError extends DfsError {
  /** The number of members that have the version on disk, this node included. */
  readonly reached: number
  readonly wanted: number
  /** The version that a put kept; missing when nothing was read from the source. */
  readonly file?: FileResult
  constructor (message: string, detail: { reached: number, wanted: number, file?: FileResult, cause?: unknown }) {
    super('NOT_DURABLE', message, { retry: true, cause: detail.cause })
    this.name = 'NotDurableError'
    this.reached = detail.reached
    this.wanted = detail.wanted
    if (detail.file !== undefined) this.file = detail.file
  }
}
