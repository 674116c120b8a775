import type * as errors from '../errors.js'

export const EXIT = {
  done: 0,
  other: 1,
  use: 2,
  unknown: 3,
  others: 4,
  refused: 5,
  room: 6,
  damage: 7,
  folder: 8,
  interrupted: 130
} as const

/** The meaning of each code to the person who runs the command, and what a script may do. */
const MEANS: Record<keyof typeof EXIT, string> = {
  done: 'everything that was asked for is done',
  other: 'a failure of no kind below, or failures of several kinds',
  use: 'wrong use or configuration',
  unknown: 'no such name, version or member',
  others: 'other machines are needed and were not reached: the same command can succeed later',
  refused: 'not allowed, expired or revoked; a wrong code or passphrase',
  room: 'no room',
  damage: 'damage was found',
  folder: 'the folder: no vault in it, in use, not writable, or of a newer dfs',
  interrupted: 'stopped by Ctrl-C or a signal'
}

export function exitCodeLines (program: string): string[] {
  const rows = (Object.keys(EXIT) as Array<keyof typeof EXIT>).map((kind) => `  ${String(EXIT[kind]).padStart(3)}  ${MEANS[kind]}`)
  return ['Exit codes:', ...rows, '', `Each error has a name. What it means and what to do:  ${program} help FileNotFoundError`]
}

type Name = Exclude<keyof typeof errors, 'DfsError'>

/** Every error class of the API has its code here; a missing class is a compile error. */
const CODES: Record<Name, number> = {
  NoVaultError: EXIT.folder,
  VaultExistsError: EXIT.folder,
  WrongVaultError: EXIT.refused,
  DirectoryLockedError: EXIT.folder,
  NewerFormatError: EXIT.folder,
  DirectoryNotWritableError: EXIT.folder,
  WrongLayoutError: EXIT.folder,
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
  PreconditionFailedError: EXIT.use,
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
  // commander throws this for arguments that it cannot parse
  if (error.name === 'CommanderError') return EXIT.use
  return (CODES as Record<string, number>)[error.name] ?? SYSTEM[(error as NodeJS.ErrnoException).code ?? ''] ?? EXIT.other
}
