import type * as errors from '../errors.js'

export const EXIT = {
  done: 0,
  other: 1,
  /** Wrong use or configuration. */
  use: 2,
  /** No such name, version or member. */
  unknown: 3,
  /** Others are needed and were not reached; worth a retry. */
  others: 4,
  /** Not allowed, expired, revoked, wrong code. */
  refused: 5,
  room: 6,
  damage: 7,
  /** None, in use, newer format. */
  folder: 8,
  interrupted: 130
} as const

type Name = Exclude<keyof typeof errors, 'DfsError'>

/** Every class of the API has its code here; the compiler asks for the missing ones. */
const CODES: Record<Name, number> = {
  NoVaultError: EXIT.folder,
  VaultExistsError: EXIT.folder,
  WrongVaultError: EXIT.refused,
  DirectoryLockedError: EXIT.folder,
  NewerFormatError: EXIT.folder,
  DirectoryNotWritableError: EXIT.folder,
  KeyringError: EXIT.folder,
  PassphraseRequiredError: EXIT.use,
  WrongPassphraseError: EXIT.refused,
  IndexDamagedError: EXIT.damage,
  FileNotFoundError: EXIT.unknown,
  VersionNotFoundError: EXIT.unknown,
  VersionGoneError: EXIT.others,
  MemberNotFoundError: EXIT.unknown,
  PeerNotConnectedError: EXIT.others,
  NotAllowedError: EXIT.refused,
  LastOwnerError: EXIT.refused,
  NodeStoppedError: EXIT.other,
  TimeoutError: EXIT.others,
  AbortError: EXIT.interrupted,
  SourceError: EXIT.other,
  SourceChangedError: EXIT.other,
  FileExistsError: EXIT.use,
  InvalidOptionError: EXIT.use,
  InvalidNameError: EXIT.use,
  InvalidInviteError: EXIT.use,
  InvalidLinkError: EXIT.use,
  InvalidRecoveryCodeError: EXIT.refused,
  PortInUseError: EXIT.use,
  AddressUnavailableError: EXIT.use,
  InviteExpiredError: EXIT.refused,
  InviteUsedError: EXIT.refused,
  InviteRevokedError: EXIT.refused,
  LinkExpiredError: EXIT.refused,
  LinkRevokedError: EXIT.refused,
  LinkAlteredError: EXIT.refused,
  JoinRefusedError: EXIT.refused,
  NoMemberReachableError: EXIT.others,
  NoWitnessError: EXIT.others,
  BlocksUnavailableError: EXIT.others,
  BlockNotFoundError: EXIT.others,
  NotPromisedError: EXIT.others,
  NotDurableError: EXIT.others,
  NoSpaceError: EXIT.room,
  BlockCorruptError: EXIT.damage,
  InvalidDataError: EXIT.damage,
  StoreFailedError: EXIT.damage
}

const SYSTEM: Record<string, number> = { ENOSPC: EXIT.room, EDQUOT: EXIT.room }

export function exitCode (error: unknown): number {
  if (!(error instanceof Error)) return EXIT.other
  // commander refuses what it cannot parse
  if (error.name === 'CommanderError') return EXIT.use
  return (CODES as Record<string, number>)[error.name] ?? SYSTEM[(error as NodeJS.ErrnoException).code ?? ''] ?? EXIT.other
}
