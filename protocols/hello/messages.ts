/* eslint-disable */
// @ts-nocheck made from messages.proto by "npm run proto"
/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Message {
  greet?: Greet
  admits?: Admits
  join?: Join
  welcome?: Welcome
  greeted?: Greeted
  refusal?: Refusal
  grant?: Grant
}

export namespace Message {
  let _codec: Codec<Message, Message>

  export const codec = (): Codec<Message, Message> => {
    if (_codec == null) {
      _codec = message<Message, Message>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.greet != null) {
          w.uint32(10)
          Greet.codec().encode(obj.greet, w)
        }

        if (obj.admits != null) {
          w.uint32(18)
          Admits.codec().encode(obj.admits, w)
        }

        if (obj.join != null) {
          w.uint32(26)
          Join.codec().encode(obj.join, w)
        }

        if (obj.welcome != null) {
          w.uint32(34)
          Welcome.codec().encode(obj.welcome, w)
        }

        if (obj.greeted != null) {
          w.uint32(42)
          Greeted.codec().encode(obj.greeted, w)
        }

        if (obj.refusal != null) {
          w.uint32(50)
          Refusal.codec().encode(obj.refusal, w)
        }

        if (obj.grant != null) {
          w.uint32(58)
          Grant.codec().encode(obj.grant, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.greet = Greet.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.greet
              })
              break
            }
            case 2: {
              obj.admits = Admits.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.admits
              })
              break
            }
            case 3: {
              obj.join = Join.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.join
              })
              break
            }
            case 4: {
              obj.welcome = Welcome.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.welcome
              })
              break
            }
            case 5: {
              obj.greeted = Greeted.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.greeted
              })
              break
            }
            case 6: {
              obj.refusal = Refusal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.refusal
              })
              break
            }
            case 7: {
              obj.grant = Grant.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.grant
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Greet.codec().stream(reader, reader.uint32(), `${prefix}.greet`, {
                limits: opts.limits?.greet
              })

              break
            }
            case 2: {
              yield * Admits.codec().stream(reader, reader.uint32(), `${prefix}.admits`, {
                limits: opts.limits?.admits
              })

              break
            }
            case 3: {
              yield * Join.codec().stream(reader, reader.uint32(), `${prefix}.join`, {
                limits: opts.limits?.join
              })

              break
            }
            case 4: {
              yield * Welcome.codec().stream(reader, reader.uint32(), `${prefix}.welcome`, {
                limits: opts.limits?.welcome
              })

              break
            }
            case 5: {
              yield * Greeted.codec().stream(reader, reader.uint32(), `${prefix}.greeted`, {
                limits: opts.limits?.greeted
              })

              break
            }
            case 6: {
              yield * Refusal.codec().stream(reader, reader.uint32(), `${prefix}.refusal`, {
                limits: opts.limits?.refusal
              })

              break
            }
            case 7: {
              yield * Grant.codec().stream(reader, reader.uint32(), `${prefix}.grant`, {
                limits: opts.limits?.grant
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MessageGreetMacFieldEvent {
    field: '$.greet.mac'
    value: Uint8Array
  }

  export interface MessageAdmitsAdmitsFieldEvent {
    field: '$.admits.admits[]'
    index: number
    value: Uint8Array
  }

  export interface MessageJoinInviteFieldEvent {
    field: '$.join.invite'
    value: Uint8Array
  }

  export interface MessageJoinCertificateFieldEvent {
    field: '$.join.certificate'
    value: Uint8Array
  }

  export interface MessageWelcomeMeetFieldEvent {
    field: '$.welcome.meet'
    value: Uint8Array
  }

  export interface MessageWelcomeEpochFieldEvent {
    field: '$.welcome.epoch'
    value: number
  }

  export interface MessageWelcomeReadsFieldEvent {
    field: '$.welcome.reads[]'
    index: number
    value: Uint8Array
  }

  export interface MessageWelcomeVaultSecretFieldEvent {
    field: '$.welcome.vaultSecret'
    value: Uint8Array
  }

  export interface MessageWelcomeAdmitsFieldEvent {
    field: '$.welcome.admits[]'
    index: number
    value: Uint8Array
  }

  export interface MessageWelcomeWitnessFieldEvent {
    field: '$.welcome.witness[]'
    index: number
    value: Uint8Array
  }

  export interface MessageRefusalCodeFieldEvent {
    field: '$.refusal.code'
    value: number
  }

  export interface MessageRefusalRetryFieldEvent {
    field: '$.refusal.retry'
    value: boolean
  }

  export interface MessageRefusalTextFieldEvent {
    field: '$.refusal.text'
    value: string
  }

  export interface MessageRefusalWritersPeerFieldEvent {
    field: '$.refusal.writers[].peer'
    value: Uint8Array
    index: number
  }

  export interface MessageRefusalWritersAddressesFieldEvent {
    field: '$.refusal.writers[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface MessageRefusalWritersLabelFieldEvent {
    field: '$.refusal.writers[].label'
    value: string
    index: number
  }

  export interface MessageRefusalRevokeFieldEvent {
    field: '$.refusal.revoke'
    value: Uint8Array
  }

  export interface MessageGrantVaultFieldEvent {
    field: '$.grant.vault'
    value: Uint8Array
  }

  export interface MessageGrantGrantFieldEvent {
    field: '$.grant.grant'
    value: Uint8Array
  }

  export function encode (obj: Partial<Message>): Uint8Array {
    return encodeMessage(obj, Message.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Message {
    return decodeMessage(buf, Message.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Generator<MessageGreetMacFieldEvent | MessageAdmitsAdmitsFieldEvent | MessageJoinInviteFieldEvent | MessageJoinCertificateFieldEvent | MessageWelcomeMeetFieldEvent | MessageWelcomeEpochFieldEvent | MessageWelcomeReadsFieldEvent | MessageWelcomeVaultSecretFieldEvent | MessageWelcomeAdmitsFieldEvent | MessageWelcomeWitnessFieldEvent | MessageRefusalCodeFieldEvent | MessageRefusalRetryFieldEvent | MessageRefusalTextFieldEvent | MessageRefusalWritersPeerFieldEvent | MessageRefusalWritersAddressesFieldEvent | MessageRefusalWritersLabelFieldEvent | MessageRefusalRevokeFieldEvent | MessageGrantVaultFieldEvent | MessageGrantGrantFieldEvent> {
    return streamMessage(buf, Message.codec(), opts)
  }
}

export interface Greet {
  mac: Uint8Array
}

export namespace Greet {
  let _codec: Codec<Greet, Greet>

  export const codec = (): Codec<Greet, Greet> => {
    if (_codec == null) {
      _codec = message<Greet, Greet>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.mac != null && obj.mac.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.mac)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          mac: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.mac = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.mac`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface GreetMacFieldEvent {
    field: '$.mac'
    value: Uint8Array
  }

  export function encode (obj: Partial<Greet>): Uint8Array {
    return encodeMessage(obj, Greet.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Greet>): Greet {
    return decodeMessage(buf, Greet.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Greet>): Generator<GreetMacFieldEvent> {
    return streamMessage(buf, Greet.codec(), opts)
  }
}

export interface Admits {
  admits: Uint8Array[]
}

export namespace Admits {
  let _codec: Codec<Admits, Admits>

  export const codec = (): Codec<Admits, Admits> => {
    if (_codec == null) {
      _codec = message<Admits, Admits>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.admits != null && obj.admits.length > 0) {
          for (const value of obj.admits) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          admits: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.admits != null && obj.admits.length === opts.limits.admits) {
                throw new MaxLengthError('Decode error - repeated field "admits" had too many elements')
              }

              obj.admits.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          admits: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.admits != null && obj.admits === opts.limits.admits) {
                throw new MaxLengthError('Streaming decode error - repeated field "admits" had too many elements')
              }

              yield {
                field: `${prefix}.admits[]`,
                index: obj.admits,
                value: reader.bytes()
              }

              obj.admits++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AdmitsAdmitsFieldEvent {
    field: '$.admits[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Admits>): Uint8Array {
    return encodeMessage(obj, Admits.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Admits>): Admits {
    return decodeMessage(buf, Admits.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Admits>): Generator<AdmitsAdmitsFieldEvent> {
    return streamMessage(buf, Admits.codec(), opts)
  }
}

export interface Join {
  invite: Uint8Array
  certificate: Uint8Array
}

export namespace Join {
  let _codec: Codec<Join, Join>

  export const codec = (): Codec<Join, Join> => {
    if (_codec == null) {
      _codec = message<Join, Join>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.invite != null && obj.invite.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.invite)
        }

        if ((obj.certificate != null && obj.certificate.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.certificate)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          invite: uint8ArrayAlloc(0),
          certificate: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.invite = reader.bytes()
              break
            }
            case 2: {
              obj.certificate = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.invite`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.certificate`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface JoinInviteFieldEvent {
    field: '$.invite'
    value: Uint8Array
  }

  export interface JoinCertificateFieldEvent {
    field: '$.certificate'
    value: Uint8Array
  }

  export function encode (obj: Partial<Join>): Uint8Array {
    return encodeMessage(obj, Join.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Join>): Join {
    return decodeMessage(buf, Join.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Join>): Generator<JoinInviteFieldEvent | JoinCertificateFieldEvent> {
    return streamMessage(buf, Join.codec(), opts)
  }
}

export interface Welcome {
  meet: Uint8Array
  epoch: number
  reads: Uint8Array[]
  vaultSecret?: Uint8Array
  admits: Uint8Array[]
  witness: Uint8Array[]
}

export namespace Welcome {
  let _codec: Codec<Welcome, Welcome>

  export const codec = (): Codec<Welcome, Welcome> => {
    if (_codec == null) {
      _codec = message<Welcome, Welcome>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.meet != null && obj.meet.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.meet)
        }

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(16)
          w.uint32(obj.epoch)
        }

        if (obj.reads != null && obj.reads.length > 0) {
          for (const value of obj.reads) {
            w.uint32(26)
            w.bytes(value)
          }
        }

        if (obj.vaultSecret != null) {
          w.uint32(34)
          w.bytes(obj.vaultSecret)
        }

        if (obj.admits != null && obj.admits.length > 0) {
          for (const value of obj.admits) {
            w.uint32(42)
            w.bytes(value)
          }
        }

        if (obj.witness != null && obj.witness.length > 0) {
          for (const value of obj.witness) {
            w.uint32(50)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          meet: uint8ArrayAlloc(0),
          epoch: 0,
          reads: [],
          admits: [],
          witness: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.meet = reader.bytes()
              break
            }
            case 2: {
              obj.epoch = reader.uint32()
              break
            }
            case 3: {
              if (opts.limits?.reads != null && obj.reads.length === opts.limits.reads) {
                throw new MaxLengthError('Decode error - repeated field "reads" had too many elements')
              }

              obj.reads.push(reader.bytes())
              break
            }
            case 4: {
              obj.vaultSecret = reader.bytes()
              break
            }
            case 5: {
              if (opts.limits?.admits != null && obj.admits.length === opts.limits.admits) {
                throw new MaxLengthError('Decode error - repeated field "admits" had too many elements')
              }

              obj.admits.push(reader.bytes())
              break
            }
            case 6: {
              if (opts.limits?.witness != null && obj.witness.length === opts.limits.witness) {
                throw new MaxLengthError('Decode error - repeated field "witness" had too many elements')
              }

              obj.witness.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          reads: 0,
          admits: 0,
          witness: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.meet`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              if (opts.limits?.reads != null && obj.reads === opts.limits.reads) {
                throw new MaxLengthError('Streaming decode error - repeated field "reads" had too many elements')
              }

              yield {
                field: `${prefix}.reads[]`,
                index: obj.reads,
                value: reader.bytes()
              }

              obj.reads++

              break
            }
            case 4: {
              yield {
                field: `${prefix}.vaultSecret`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              if (opts.limits?.admits != null && obj.admits === opts.limits.admits) {
                throw new MaxLengthError('Streaming decode error - repeated field "admits" had too many elements')
              }

              yield {
                field: `${prefix}.admits[]`,
                index: obj.admits,
                value: reader.bytes()
              }

              obj.admits++

              break
            }
            case 6: {
              if (opts.limits?.witness != null && obj.witness === opts.limits.witness) {
                throw new MaxLengthError('Streaming decode error - repeated field "witness" had too many elements')
              }

              yield {
                field: `${prefix}.witness[]`,
                index: obj.witness,
                value: reader.bytes()
              }

              obj.witness++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface WelcomeMeetFieldEvent {
    field: '$.meet'
    value: Uint8Array
  }

  export interface WelcomeEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export interface WelcomeReadsFieldEvent {
    field: '$.reads[]'
    index: number
    value: Uint8Array
  }

  export interface WelcomeVaultSecretFieldEvent {
    field: '$.vaultSecret'
    value: Uint8Array
  }

  export interface WelcomeAdmitsFieldEvent {
    field: '$.admits[]'
    index: number
    value: Uint8Array
  }

  export interface WelcomeWitnessFieldEvent {
    field: '$.witness[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Welcome>): Uint8Array {
    return encodeMessage(obj, Welcome.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Welcome>): Welcome {
    return decodeMessage(buf, Welcome.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Welcome>): Generator<WelcomeMeetFieldEvent | WelcomeEpochFieldEvent | WelcomeReadsFieldEvent | WelcomeVaultSecretFieldEvent | WelcomeAdmitsFieldEvent | WelcomeWitnessFieldEvent> {
    return streamMessage(buf, Welcome.codec(), opts)
  }
}

export interface Greeted {}

export namespace Greeted {
  let _codec: Codec<Greeted, Greeted>

  export const codec = (): Codec<Greeted, Greeted> => {
    if (_codec == null) {
      _codec = message<Greeted, Greeted>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export function encode (obj: Partial<Greeted>): Uint8Array {
    return encodeMessage(obj, Greeted.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Greeted>): Greeted {
    return decodeMessage(buf, Greeted.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Greeted>): Generator<{}> {
    return streamMessage(buf, Greeted.codec(), opts)
  }
}

export interface Grant {
  vault: Uint8Array
  grant: Uint8Array
}

export namespace Grant {
  let _codec: Codec<Grant, Grant>

  export const codec = (): Codec<Grant, Grant> => {
    if (_codec == null) {
      _codec = message<Grant, Grant>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.vault != null && obj.vault.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.vault)
        }

        if ((obj.grant != null && obj.grant.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.grant)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          vault: uint8ArrayAlloc(0),
          grant: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.vault = reader.bytes()
              break
            }
            case 2: {
              obj.grant = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.vault`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.grant`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface GrantVaultFieldEvent {
    field: '$.vault'
    value: Uint8Array
  }

  export interface GrantGrantFieldEvent {
    field: '$.grant'
    value: Uint8Array
  }

  export function encode (obj: Partial<Grant>): Uint8Array {
    return encodeMessage(obj, Grant.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Grant>): Grant {
    return decodeMessage(buf, Grant.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Grant>): Generator<GrantVaultFieldEvent | GrantGrantFieldEvent> {
    return streamMessage(buf, Grant.codec(), opts)
  }
}

export interface Refusal {
  code: number
  retry: boolean
  text: string
  writers: Writer[]
  revoke?: Uint8Array
}

export namespace Refusal {
  let _codec: Codec<Refusal, Refusal>

  export const codec = (): Codec<Refusal, Refusal> => {
    if (_codec == null) {
      _codec = message<Refusal, Refusal>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.code != null && obj.code !== 0)) {
          w.uint32(8)
          w.uint32(obj.code)
        }

        if ((obj.retry != null && obj.retry !== false)) {
          w.uint32(16)
          w.bool(obj.retry)
        }

        if ((obj.text != null && obj.text !== '')) {
          w.uint32(26)
          w.string(obj.text)
        }

        if (obj.writers != null && obj.writers.length > 0) {
          for (const value of obj.writers) {
            w.uint32(34)
            Writer.codec().encode(value, w)
          }
        }

        if (obj.revoke != null) {
          w.uint32(42)
          w.bytes(obj.revoke)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          code: 0,
          retry: false,
          text: '',
          writers: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.code = reader.uint32()
              break
            }
            case 2: {
              obj.retry = reader.bool()
              break
            }
            case 3: {
              obj.text = reader.string()
              break
            }
            case 4: {
              if (opts.limits?.writers != null && obj.writers.length === opts.limits.writers) {
                throw new MaxLengthError('Decode error - repeated field "writers" had too many elements')
              }

              obj.writers.push(Writer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.writers$
              }))
              break
            }
            case 5: {
              obj.revoke = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          writers: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.code`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.retry`,
                value: reader.bool()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.text`,
                value: reader.string()
              }
              break
            }
            case 4: {
              if (opts.limits?.writers != null && obj.writers === opts.limits.writers) {
                throw new MaxLengthError('Streaming decode error - repeated field "writers" had too many elements')
              }

              for (const evt of Writer.codec().stream(reader, reader.uint32(), `${prefix}.writers[]`, {
                limits: opts.limits?.writers$
              })) {
                yield {
                  ...evt,
                  index: obj.writers
                }
              }

              obj.writers++

              break
            }
            case 5: {
              yield {
                field: `${prefix}.revoke`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RefusalCodeFieldEvent {
    field: '$.code'
    value: number
  }

  export interface RefusalRetryFieldEvent {
    field: '$.retry'
    value: boolean
  }

  export interface RefusalTextFieldEvent {
    field: '$.text'
    value: string
  }

  export interface RefusalWritersPeerFieldEvent {
    field: '$.writers[].peer'
    value: Uint8Array
    index: number
  }

  export interface RefusalWritersAddressesFieldEvent {
    field: '$.writers[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface RefusalWritersLabelFieldEvent {
    field: '$.writers[].label'
    value: string
    index: number
  }

  export interface RefusalRevokeFieldEvent {
    field: '$.revoke'
    value: Uint8Array
  }

  export function encode (obj: Partial<Refusal>): Uint8Array {
    return encodeMessage(obj, Refusal.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Refusal {
    return decodeMessage(buf, Refusal.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Generator<RefusalCodeFieldEvent | RefusalRetryFieldEvent | RefusalTextFieldEvent | RefusalWritersPeerFieldEvent | RefusalWritersAddressesFieldEvent | RefusalWritersLabelFieldEvent | RefusalRevokeFieldEvent> {
    return streamMessage(buf, Refusal.codec(), opts)
  }
}

export interface Writer {
  peer: Uint8Array
  addresses: Uint8Array[]
  label: string
}

export namespace Writer {
  let _codec: Codec<Writer, Writer>

  export const codec = (): Codec<Writer, Writer> => {
    if (_codec == null) {
      _codec = message<Writer, Writer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.peer != null && obj.peer.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.peer)
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if ((obj.label != null && obj.label !== '')) {
          w.uint32(26)
          w.string(obj.label)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          peer: uint8ArrayAlloc(0),
          addresses: [],
          label: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.peer = reader.bytes()
              break
            }
            case 2: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.bytes())
              break
            }
            case 3: {
              obj.label = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          addresses: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.peer`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.bytes()
              }

              obj.addresses++

              break
            }
            case 3: {
              yield {
                field: `${prefix}.label`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface WriterPeerFieldEvent {
    field: '$.peer'
    value: Uint8Array
  }

  export interface WriterAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: Uint8Array
  }

  export interface WriterLabelFieldEvent {
    field: '$.label'
    value: string
  }

  export function encode (obj: Partial<Writer>): Uint8Array {
    return encodeMessage(obj, Writer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Writer>): Writer {
    return decodeMessage(buf, Writer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Writer>): Generator<WriterPeerFieldEvent | WriterAddressesFieldEvent | WriterLabelFieldEvent> {
    return streamMessage(buf, Writer.codec(), opts)
  }
}
