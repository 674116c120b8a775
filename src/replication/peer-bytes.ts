import { peerIdFromString } from '@libp2p/peer-id'

/** The 38 bytes of a PeerId, as proofs have them, of its text. */
export const peerBytes = (peer: string): Uint8Array => peerIdFromString(peer).toMultihash().bytes
