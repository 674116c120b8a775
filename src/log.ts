/**
 * A part of a node takes `logger` among its components and asks it for its area (docs/logs.md).
 * Lines are formatted only while somebody reads them, so an argument must cost nothing to make.
 */
import type { ComponentLogger, Logger } from '@libp2p/interface'

/** Ed25519 PeerIds begin alike, so their end is what tells them apart. */
const SHORT_PEER = 8

/** Returns the end of a PeerId, as it stands in names of members without a label. */
export const shortPeer = (peer: string): string => peer.slice(-SHORT_PEER)

/** Returns why something failed in one line: code and first line of the message, without a stack. */
export function whyFailed (error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as Error & { code?: unknown }
  // a text of another node must not reach the terminal with control characters in it
  const line = error.message.replace(/\n[^]*/, '').replace(/\p{C}+/gu, ' ')
  return typeof code === 'string' ? `${code}: ${line}` : line
}

const silent: Logger = Object.assign(() => {}, { enabled: false, error: () => {}, trace: () => {}, newScope: () => silent })

/** A logger for parts that run without a node. */
export const noLogger: ComponentLogger = { forComponent: () => silent }
