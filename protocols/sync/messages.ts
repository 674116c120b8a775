/* eslint-disable */
// @ts-nocheck made from messages.proto by "npm run proto"
/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Message {
  digest?: Digest
  entries?: Entries
  more?: More
  end?: End
  behind?: Behind
  refusal?: Refusal
}

export namespace Message {
  let _codec: Codec<Message, Message>

  export const codec = (): Codec<Message, Message> => {
    if (_codec == null) {
      _codec = message<Message, Message>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.digest != null) {
          w.uint32(10)
          Digest.codec().encode(obj.digest, w)
        }

        if (obj.entries != null) {
          w.uint32(18)
          Entries.codec().encode(obj.entries, w)
        }

        if (obj.more != null) {
          w.uint32(26)
          More.codec().encode(obj.more, w)
        }

        if (obj.end != null) {
          w.uint32(34)
          End.codec().encode(obj.end, w)
        }

        if (obj.behind != null) {
          w.uint32(42)
          Behind.codec().encode(obj.behind, w)
        }

        if (obj.refusal != null) {
          w.uint32(50)
          Refusal.codec().encode(obj.refusal, w)
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
              obj.digest = Digest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.digest
              })
              break
            }
            case 2: {
              obj.entries = Entries.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.entries
              })
              break
            }
            case 3: {
              obj.more = More.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.more
              })
              break
            }
            case 4: {
              obj.end = End.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.end
              })
              break
            }
            case 5: {
              obj.behind = Behind.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.behind
              })
              break
            }
            case 6: {
              obj.refusal = Refusal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.refusal
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
              yield * Digest.codec().stream(reader, reader.uint32(), `${prefix}.digest`, {
                limits: opts.limits?.digest
              })

              break
            }
            case 2: {
              yield * Entries.codec().stream(reader, reader.uint32(), `${prefix}.entries`, {
                limits: opts.limits?.entries
              })

              break
            }
            case 3: {
              yield * More.codec().stream(reader, reader.uint32(), `${prefix}.more`, {
                limits: opts.limits?.more
              })

              break
            }
            case 4: {
              yield * End.codec().stream(reader, reader.uint32(), `${prefix}.end`, {
                limits: opts.limits?.end
              })

              break
            }
            case 5: {
              yield * Behind.codec().stream(reader, reader.uint32(), `${prefix}.behind`, {
                limits: opts.limits?.behind
              })

              break
            }
            case 6: {
              yield * Refusal.codec().stream(reader, reader.uint32(), `${prefix}.refusal`, {
                limits: opts.limits?.refusal
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

  export interface MessageDigestRoundFieldEvent {
    field: '$.digest.round'
    value: number
  }

  export interface MessageDigestCountFieldEvent {
    field: '$.digest.count'
    value: number
  }

  export interface MessageDigestSumFieldEvent {
    field: '$.digest.sum'
    value: Uint8Array
  }

  export interface MessageEntriesRoundFieldEvent {
    field: '$.entries.round'
    value: number
  }

  export interface MessageEntriesEntriesFieldEvent {
    field: '$.entries.entries[]'
    index: number
    value: Uint8Array
  }

  export interface MessageMoreRoundFieldEvent {
    field: '$.more.round'
    value: number
  }

  export interface MessageEndRoundFieldEvent {
    field: '$.end.round'
    value: number
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

  export function encode (obj: Partial<Message>): Uint8Array {
    return encodeMessage(obj, Message.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Message {
    return decodeMessage(buf, Message.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Generator<MessageDigestRoundFieldEvent | MessageDigestCountFieldEvent | MessageDigestSumFieldEvent | MessageEntriesRoundFieldEvent | MessageEntriesEntriesFieldEvent | MessageMoreRoundFieldEvent | MessageEndRoundFieldEvent | MessageRefusalCodeFieldEvent | MessageRefusalRetryFieldEvent | MessageRefusalTextFieldEvent> {
    return streamMessage(buf, Message.codec(), opts)
  }
}

export interface Digest {
  round: number
  count: number
  sum: Uint8Array
}

export namespace Digest {
  let _codec: Codec<Digest, Digest>

  export const codec = (): Codec<Digest, Digest> => {
    if (_codec == null) {
      _codec = message<Digest, Digest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(8)
          w.uint32(obj.round)
        }

        if ((obj.count != null && obj.count !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.count)
        }

        if ((obj.sum != null && obj.sum.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.sum)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          round: 0,
          count: 0,
          sum: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.round = reader.uint32()
              break
            }
            case 2: {
              obj.count = reader.uint64Number()
              break
            }
            case 3: {
              obj.sum = reader.bytes()
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
                field: `${prefix}.round`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.count`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.sum`,
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

  export interface DigestRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface DigestCountFieldEvent {
    field: '$.count'
    value: number
  }

  export interface DigestSumFieldEvent {
    field: '$.sum'
    value: Uint8Array
  }

  export function encode (obj: Partial<Digest>): Uint8Array {
    return encodeMessage(obj, Digest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Digest>): Digest {
    return decodeMessage(buf, Digest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Digest>): Generator<DigestRoundFieldEvent | DigestCountFieldEvent | DigestSumFieldEvent> {
    return streamMessage(buf, Digest.codec(), opts)
  }
}

export interface Entries {
  round: number
  entries: Uint8Array[]
}

export namespace Entries {
  let _codec: Codec<Entries, Entries>

  export const codec = (): Codec<Entries, Entries> => {
    if (_codec == null) {
      _codec = message<Entries, Entries>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(8)
          w.uint32(obj.round)
        }

        if (obj.entries != null && obj.entries.length > 0) {
          for (const value of obj.entries) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          round: 0,
          entries: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.round = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.entries != null && obj.entries.length === opts.limits.entries) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              obj.entries.push(reader.bytes())
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
          entries: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.entries != null && obj.entries === opts.limits.entries) {
                throw new MaxLengthError('Streaming decode error - repeated field "entries" had too many elements')
              }

              yield {
                field: `${prefix}.entries[]`,
                index: obj.entries,
                value: reader.bytes()
              }

              obj.entries++

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

  export interface EntriesRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface EntriesEntriesFieldEvent {
    field: '$.entries[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Entries>): Uint8Array {
    return encodeMessage(obj, Entries.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Entries>): Entries {
    return decodeMessage(buf, Entries.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Entries>): Generator<EntriesRoundFieldEvent | EntriesEntriesFieldEvent> {
    return streamMessage(buf, Entries.codec(), opts)
  }
}

export interface More {
  round: number
}

export namespace More {
  let _codec: Codec<More, More>

  export const codec = (): Codec<More, More> => {
    if (_codec == null) {
      _codec = message<More, More>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(8)
          w.uint32(obj.round)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          round: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.round = reader.uint32()
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
                field: `${prefix}.round`,
                value: reader.uint32()
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

  export interface MoreRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export function encode (obj: Partial<More>): Uint8Array {
    return encodeMessage(obj, More.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<More>): More {
    return decodeMessage(buf, More.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<More>): Generator<MoreRoundFieldEvent> {
    return streamMessage(buf, More.codec(), opts)
  }
}

export interface End {
  round: number
}

export namespace End {
  let _codec: Codec<End, End>

  export const codec = (): Codec<End, End> => {
    if (_codec == null) {
      _codec = message<End, End>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(8)
          w.uint32(obj.round)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          round: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.round = reader.uint32()
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
                field: `${prefix}.round`,
                value: reader.uint32()
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

  export interface EndRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export function encode (obj: Partial<End>): Uint8Array {
    return encodeMessage(obj, End.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<End>): End {
    return decodeMessage(buf, End.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<End>): Generator<EndRoundFieldEvent> {
    return streamMessage(buf, End.codec(), opts)
  }
}

export interface Behind {}

export namespace Behind {
  let _codec: Codec<Behind, Behind>

  export const codec = (): Codec<Behind, Behind> => {
    if (_codec == null) {
      _codec = message<Behind, Behind>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Behind>): Uint8Array {
    return encodeMessage(obj, Behind.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Behind>): Behind {
    return decodeMessage(buf, Behind.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Behind>): Generator<{}> {
    return streamMessage(buf, Behind.codec(), opts)
  }
}

export interface Refusal {
  code: number
  retry: boolean
  text: string
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

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          code: 0,
          retry: false,
          text: ''
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

  export function encode (obj: Partial<Refusal>): Uint8Array {
    return encodeMessage(obj, Refusal.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Refusal {
    return decodeMessage(buf, Refusal.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Generator<RefusalCodeFieldEvent | RefusalRetryFieldEvent | RefusalTextFieldEvent> {
    return streamMessage(buf, Refusal.codec(), opts)
  }
}
