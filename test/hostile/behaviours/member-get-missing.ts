/** A member: wants of blocks that nobody has. */
import { randomBytes } from 'node:crypto'
import { encodeWant } from '../../../protocols/get/codec.js'
import { GET_PROTOCOL } from '../../../protocols/get/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { framed } from '../attack/wire.js'

const wants = (): Uint8Array => framed(encodeWant(Array.from({ length: 200 }, () => Buffer.concat([Uint8Array.of(1, 0x55, 0x12, 32), randomBytes(32)]))))

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, GET_PROTOCOL, wants)
