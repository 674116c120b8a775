/* eslint-disable */
// @ts-nocheck made from messages.proto by "npm run proto"
/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Message {
  start?: Start
  started?: Started
  wait?: Wait
  ask?: Ask
  found?: Found
  want?: Want
  page?: Page
  more?: More
  give?: Give
  taken?: Taken
  askHeads?: AskHeads
  heads?: Heads
  done?: Done
  live?: Live
  heard?: Heard
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

        if (obj.start != null) {
          w.uint32(10)
          Start.codec().encode(obj.start, w)
        }

        if (obj.started != null) {
          w.uint32(18)
          Started.codec().encode(obj.started, w)
        }

        if (obj.wait != null) {
          w.uint32(26)
          Wait.codec().encode(obj.wait, w)
        }

        if (obj.ask != null) {
          w.uint32(34)
          Ask.codec().encode(obj.ask, w)
        }

        if (obj.found != null) {
          w.uint32(42)
          Found.codec().encode(obj.found, w)
        }

        if (obj.want != null) {
          w.uint32(50)
          Want.codec().encode(obj.want, w)
        }

        if (obj.page != null) {
          w.uint32(58)
          Page.codec().encode(obj.page, w)
        }

        if (obj.more != null) {
          w.uint32(66)
          More.codec().encode(obj.more, w)
        }

        if (obj.give != null) {
          w.uint32(74)
          Give.codec().encode(obj.give, w)
        }

        if (obj.taken != null) {
          w.uint32(82)
          Taken.codec().encode(obj.taken, w)
        }

        if (obj.askHeads != null) {
          w.uint32(90)
          AskHeads.codec().encode(obj.askHeads, w)
        }

        if (obj.heads != null) {
          w.uint32(98)
          Heads.codec().encode(obj.heads, w)
        }

        if (obj.done != null) {
          w.uint32(106)
          Done.codec().encode(obj.done, w)
        }

        if (obj.live != null) {
          w.uint32(114)
          Live.codec().encode(obj.live, w)
        }

        if (obj.heard != null) {
          w.uint32(122)
          Heard.codec().encode(obj.heard, w)
        }

        if (obj.behind != null) {
          w.uint32(130)
          Behind.codec().encode(obj.behind, w)
        }

        if (obj.refusal != null) {
          w.uint32(138)
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
              obj.start = Start.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.start
              })
              break
            }
            case 2: {
              obj.started = Started.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.started
              })
              break
            }
            case 3: {
              obj.wait = Wait.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.wait
              })
              break
            }
            case 4: {
              obj.ask = Ask.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ask
              })
              break
            }
            case 5: {
              obj.found = Found.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.found
              })
              break
            }
            case 6: {
              obj.want = Want.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.want
              })
              break
            }
            case 7: {
              obj.page = Page.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.page
              })
              break
            }
            case 8: {
              obj.more = More.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.more
              })
              break
            }
            case 9: {
              obj.give = Give.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.give
              })
              break
            }
            case 10: {
              obj.taken = Taken.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.taken
              })
              break
            }
            case 11: {
              obj.askHeads = AskHeads.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.askHeads
              })
              break
            }
            case 12: {
              obj.heads = Heads.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.heads
              })
              break
            }
            case 13: {
              obj.done = Done.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.done
              })
              break
            }
            case 14: {
              obj.live = Live.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.live
              })
              break
            }
            case 15: {
              obj.heard = Heard.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.heard
              })
              break
            }
            case 16: {
              obj.behind = Behind.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.behind
              })
              break
            }
            case 17: {
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
              yield * Start.codec().stream(reader, reader.uint32(), `${prefix}.start`, {
                limits: opts.limits?.start
              })

              break
            }
            case 2: {
              yield * Started.codec().stream(reader, reader.uint32(), `${prefix}.started`, {
                limits: opts.limits?.started
              })

              break
            }
            case 3: {
              yield * Wait.codec().stream(reader, reader.uint32(), `${prefix}.wait`, {
                limits: opts.limits?.wait
              })

              break
            }
            case 4: {
              yield * Ask.codec().stream(reader, reader.uint32(), `${prefix}.ask`, {
                limits: opts.limits?.ask
              })

              break
            }
            case 5: {
              yield * Found.codec().stream(reader, reader.uint32(), `${prefix}.found`, {
                limits: opts.limits?.found
              })

              break
            }
            case 6: {
              yield * Want.codec().stream(reader, reader.uint32(), `${prefix}.want`, {
                limits: opts.limits?.want
              })

              break
            }
            case 7: {
              yield * Page.codec().stream(reader, reader.uint32(), `${prefix}.page`, {
                limits: opts.limits?.page
              })

              break
            }
            case 8: {
              yield * More.codec().stream(reader, reader.uint32(), `${prefix}.more`, {
                limits: opts.limits?.more
              })

              break
            }
            case 9: {
              yield * Give.codec().stream(reader, reader.uint32(), `${prefix}.give`, {
                limits: opts.limits?.give
              })

              break
            }
            case 10: {
              yield * Taken.codec().stream(reader, reader.uint32(), `${prefix}.taken`, {
                limits: opts.limits?.taken
              })

              break
            }
            case 11: {
              yield * AskHeads.codec().stream(reader, reader.uint32(), `${prefix}.askHeads`, {
                limits: opts.limits?.askHeads
              })

              break
            }
            case 12: {
              yield * Heads.codec().stream(reader, reader.uint32(), `${prefix}.heads`, {
                limits: opts.limits?.heads
              })

              break
            }
            case 13: {
              yield * Done.codec().stream(reader, reader.uint32(), `${prefix}.done`, {
                limits: opts.limits?.done
              })

              break
            }
            case 14: {
              yield * Live.codec().stream(reader, reader.uint32(), `${prefix}.live`, {
                limits: opts.limits?.live
              })

              break
            }
            case 15: {
              yield * Heard.codec().stream(reader, reader.uint32(), `${prefix}.heard`, {
                limits: opts.limits?.heard
              })

              break
            }
            case 16: {
              yield * Behind.codec().stream(reader, reader.uint32(), `${prefix}.behind`, {
                limits: opts.limits?.behind
              })

              break
            }
            case 17: {
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

  export interface MessageStartVaultCountFieldEvent {
    field: '$.start.vault.count'
    value: number
  }

  export interface MessageStartVaultSumFieldEvent {
    field: '$.start.vault.sum'
    value: Uint8Array
  }

  export interface MessageStartFileCountFieldEvent {
    field: '$.start.file.count'
    value: number
  }

  export interface MessageStartFileSumFieldEvent {
    field: '$.start.file.sum'
    value: Uint8Array
  }

  export interface MessageStartNonceFieldEvent {
    field: '$.start.nonce'
    value: Uint8Array
  }

  export interface MessageStartedVaultCountFieldEvent {
    field: '$.started.vault.count'
    value: number
  }

  export interface MessageStartedVaultSumFieldEvent {
    field: '$.started.vault.sum'
    value: Uint8Array
  }

  export interface MessageStartedFileCountFieldEvent {
    field: '$.started.file.count'
    value: number
  }

  export interface MessageStartedFileSumFieldEvent {
    field: '$.started.file.sum'
    value: Uint8Array
  }

  export interface MessageStartedNonceFieldEvent {
    field: '$.started.nonce'
    value: Uint8Array
  }

  export interface MessageWaitMsFieldEvent {
    field: '$.wait.ms'
    value: number
  }

  export interface MessageAskSetFieldEvent {
    field: '$.ask.set'
    value: number
  }

  export interface MessageAskPrefixesFieldEvent {
    field: '$.ask.prefixes[]'
    index: number
    value: string
  }

  export interface MessageFoundNodesIdsFieldEvent {
    field: '$.found.nodes[].ids'
    value: Uint8Array
    index: number
  }

  export interface MessageFoundNodesChildrenDigitsFieldEvent {
    field: '$.found.nodes[].children[].digits'
    value: number
    index: number
  }

  export interface MessageFoundNodesChildrenCountFieldEvent {
    field: '$.found.nodes[].children[].count'
    value: number
    index: number
  }

  export interface MessageFoundNodesChildrenSumFieldEvent {
    field: '$.found.nodes[].children[].sum'
    value: Uint8Array
    index: number
  }

  export interface MessageWantSetFieldEvent {
    field: '$.want.set'
    value: number
  }

  export interface MessageWantPrefixesFieldEvent {
    field: '$.want.prefixes[]'
    index: number
    value: string
  }

  export interface MessageWantIdsFieldEvent {
    field: '$.want.ids'
    value: Uint8Array
  }

  export interface MessageWantSubjectsFieldEvent {
    field: '$.want.subjects'
    value: Uint8Array
  }

  export interface MessagePageEntriesFieldEvent {
    field: '$.page.entries[]'
    index: number
    value: Uint8Array
  }

  export interface MessagePageRecordsFieldEvent {
    field: '$.page.records[]'
    index: number
    value: Uint8Array
  }

  export interface MessagePageLastFieldEvent {
    field: '$.page.last'
    value: boolean
  }

  export interface MessageMoreStopFieldEvent {
    field: '$.more.stop'
    value: boolean
  }

  export interface MessageGiveEntriesFieldEvent {
    field: '$.give.entries[]'
    index: number
    value: Uint8Array
  }

  export interface MessageGiveRecordsFieldEvent {
    field: '$.give.records[]'
    index: number
    value: Uint8Array
  }

  export interface MessageTakenLeftFieldEvent {
    field: '$.taken.left'
    value: Uint8Array
  }

  export interface MessageTakenFullFieldEvent {
    field: '$.taken.full'
    value: boolean
  }

  export interface MessageAskHeadsAfterFieldEvent {
    field: '$.askHeads.after'
    value: Uint8Array
  }

  export interface MessageHeadsHeadsSubjectFieldEvent {
    field: '$.heads.heads[].subject'
    value: Uint8Array
    index: number
  }

  export interface MessageHeadsHeadsLifeFieldEvent {
    field: '$.heads.heads[].life'
    value: number
    index: number
  }

  export interface MessageHeadsHeadsNFieldEvent {
    field: '$.heads.heads[].n'
    value: number
    index: number
  }

  export interface MessageHeadsLastFieldEvent {
    field: '$.heads.last'
    value: boolean
  }

  export interface MessageLiveEntriesFieldEvent {
    field: '$.live.entries[]'
    index: number
    value: Uint8Array
  }

  export interface MessageLiveRecordsFieldEvent {
    field: '$.live.records[]'
    index: number
    value: Uint8Array
  }

  export interface MessageHeardLeftFieldEvent {
    field: '$.heard.left'
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

  export function encode (obj: Partial<Message>): Uint8Array {
    return encodeMessage(obj, Message.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Message {
    return decodeMessage(buf, Message.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Generator<MessageStartVaultCountFieldEvent | MessageStartVaultSumFieldEvent | MessageStartFileCountFieldEvent | MessageStartFileSumFieldEvent | MessageStartNonceFieldEvent | MessageStartedVaultCountFieldEvent | MessageStartedVaultSumFieldEvent | MessageStartedFileCountFieldEvent | MessageStartedFileSumFieldEvent | MessageStartedNonceFieldEvent | MessageWaitMsFieldEvent | MessageAskSetFieldEvent | MessageAskPrefixesFieldEvent | MessageFoundNodesIdsFieldEvent | MessageFoundNodesChildrenDigitsFieldEvent | MessageFoundNodesChildrenCountFieldEvent | MessageFoundNodesChildrenSumFieldEvent | MessageWantSetFieldEvent | MessageWantPrefixesFieldEvent | MessageWantIdsFieldEvent | MessageWantSubjectsFieldEvent | MessagePageEntriesFieldEvent | MessagePageRecordsFieldEvent | MessagePageLastFieldEvent | MessageMoreStopFieldEvent | MessageGiveEntriesFieldEvent | MessageGiveRecordsFieldEvent | MessageTakenLeftFieldEvent | MessageTakenFullFieldEvent | MessageAskHeadsAfterFieldEvent | MessageHeadsHeadsSubjectFieldEvent | MessageHeadsHeadsLifeFieldEvent | MessageHeadsHeadsNFieldEvent | MessageHeadsLastFieldEvent | MessageLiveEntriesFieldEvent | MessageLiveRecordsFieldEvent | MessageHeardLeftFieldEvent | MessageRefusalCodeFieldEvent | MessageRefusalRetryFieldEvent | MessageRefusalTextFieldEvent> {
    return streamMessage(buf, Message.codec(), opts)
  }
}

export interface Digest {
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

        if ((obj.count != null && obj.count !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.count)
        }

        if ((obj.sum != null && obj.sum.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.sum)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          count: 0,
          sum: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.count = reader.uint64Number()
              break
            }
            case 2: {
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
                field: `${prefix}.count`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
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

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Digest>): Generator<DigestCountFieldEvent | DigestSumFieldEvent> {
    return streamMessage(buf, Digest.codec(), opts)
  }
}

export interface Start {
  vault?: Digest
  file?: Digest
  nonce?: Uint8Array
}

export namespace Start {
  let _codec: Codec<Start, Start>

  export const codec = (): Codec<Start, Start> => {
    if (_codec == null) {
      _codec = message<Start, Start>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.vault != null) {
          w.uint32(10)
          Digest.codec().encode(obj.vault, w)
        }

        if (obj.file != null) {
          w.uint32(18)
          Digest.codec().encode(obj.file, w)
        }

        if (obj.nonce != null) {
          w.uint32(26)
          w.bytes(obj.nonce)
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
              obj.vault = Digest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.vault
              })
              break
            }
            case 2: {
              obj.file = Digest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.file
              })
              break
            }
            case 3: {
              obj.nonce = reader.bytes()
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
              yield * Digest.codec().stream(reader, reader.uint32(), `${prefix}.vault`, {
                limits: opts.limits?.vault
              })

              break
            }
            case 2: {
              yield * Digest.codec().stream(reader, reader.uint32(), `${prefix}.file`, {
                limits: opts.limits?.file
              })

              break
            }
            case 3: {
              yield {
                field: `${prefix}.nonce`,
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

  export interface StartVaultCountFieldEvent {
    field: '$.vault.count'
    value: number
  }

  export interface StartVaultSumFieldEvent {
    field: '$.vault.sum'
    value: Uint8Array
  }

  export interface StartFileCountFieldEvent {
    field: '$.file.count'
    value: number
  }

  export interface StartFileSumFieldEvent {
    field: '$.file.sum'
    value: Uint8Array
  }

  export interface StartNonceFieldEvent {
    field: '$.nonce'
    value: Uint8Array
  }

  export function encode (obj: Partial<Start>): Uint8Array {
    return encodeMessage(obj, Start.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Start>): Start {
    return decodeMessage(buf, Start.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Start>): Generator<StartVaultCountFieldEvent | StartVaultSumFieldEvent | StartFileCountFieldEvent | StartFileSumFieldEvent | StartNonceFieldEvent> {
    return streamMessage(buf, Start.codec(), opts)
  }
}

export interface Started {
  vault?: Digest
  file?: Digest
  nonce?: Uint8Array
}

export namespace Started {
  let _codec: Codec<Started, Started>

  export const codec = (): Codec<Started, Started> => {
    if (_codec == null) {
      _codec = message<Started, Started>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.vault != null) {
          w.uint32(10)
          Digest.codec().encode(obj.vault, w)
        }

        if (obj.file != null) {
          w.uint32(18)
          Digest.codec().encode(obj.file, w)
        }

        if (obj.nonce != null) {
          w.uint32(26)
          w.bytes(obj.nonce)
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
              obj.vault = Digest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.vault
              })
              break
            }
            case 2: {
              obj.file = Digest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.file
              })
              break
            }
            case 3: {
              obj.nonce = reader.bytes()
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
              yield * Digest.codec().stream(reader, reader.uint32(), `${prefix}.vault`, {
                limits: opts.limits?.vault
              })

              break
            }
            case 2: {
              yield * Digest.codec().stream(reader, reader.uint32(), `${prefix}.file`, {
                limits: opts.limits?.file
              })

              break
            }
            case 3: {
              yield {
                field: `${prefix}.nonce`,
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

  export interface StartedVaultCountFieldEvent {
    field: '$.vault.count'
    value: number
  }

  export interface StartedVaultSumFieldEvent {
    field: '$.vault.sum'
    value: Uint8Array
  }

  export interface StartedFileCountFieldEvent {
    field: '$.file.count'
    value: number
  }

  export interface StartedFileSumFieldEvent {
    field: '$.file.sum'
    value: Uint8Array
  }

  export interface StartedNonceFieldEvent {
    field: '$.nonce'
    value: Uint8Array
  }

  export function encode (obj: Partial<Started>): Uint8Array {
    return encodeMessage(obj, Started.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Started>): Started {
    return decodeMessage(buf, Started.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Started>): Generator<StartedVaultCountFieldEvent | StartedVaultSumFieldEvent | StartedFileCountFieldEvent | StartedFileSumFieldEvent | StartedNonceFieldEvent> {
    return streamMessage(buf, Started.codec(), opts)
  }
}

export interface Wait {
  ms: number
}

export namespace Wait {
  let _codec: Codec<Wait, Wait>

  export const codec = (): Codec<Wait, Wait> => {
    if (_codec == null) {
      _codec = message<Wait, Wait>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.ms != null && obj.ms !== 0)) {
          w.uint32(8)
          w.uint32(obj.ms)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          ms: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.ms = reader.uint32()
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
                field: `${prefix}.ms`,
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

  export interface WaitMsFieldEvent {
    field: '$.ms'
    value: number
  }

  export function encode (obj: Partial<Wait>): Uint8Array {
    return encodeMessage(obj, Wait.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Wait>): Wait {
    return decodeMessage(buf, Wait.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Wait>): Generator<WaitMsFieldEvent> {
    return streamMessage(buf, Wait.codec(), opts)
  }
}

export interface Ask {
  set: number
  prefixes: string[]
}

export namespace Ask {
  let _codec: Codec<Ask, Ask>

  export const codec = (): Codec<Ask, Ask> => {
    if (_codec == null) {
      _codec = message<Ask, Ask>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.set != null && obj.set !== 0)) {
          w.uint32(8)
          w.uint32(obj.set)
        }

        if (obj.prefixes != null && obj.prefixes.length > 0) {
          for (const value of obj.prefixes) {
            w.uint32(18)
            w.string(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          set: 0,
          prefixes: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.set = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.prefixes != null && obj.prefixes.length === opts.limits.prefixes) {
                throw new MaxLengthError('Decode error - repeated field "prefixes" had too many elements')
              }

              obj.prefixes.push(reader.string())
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
          prefixes: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.set`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.prefixes != null && obj.prefixes === opts.limits.prefixes) {
                throw new MaxLengthError('Streaming decode error - repeated field "prefixes" had too many elements')
              }

              yield {
                field: `${prefix}.prefixes[]`,
                index: obj.prefixes,
                value: reader.string()
              }

              obj.prefixes++

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

  export interface AskSetFieldEvent {
    field: '$.set'
    value: number
  }

  export interface AskPrefixesFieldEvent {
    field: '$.prefixes[]'
    index: number
    value: string
  }

  export function encode (obj: Partial<Ask>): Uint8Array {
    return encodeMessage(obj, Ask.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ask>): Ask {
    return decodeMessage(buf, Ask.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ask>): Generator<AskSetFieldEvent | AskPrefixesFieldEvent> {
    return streamMessage(buf, Ask.codec(), opts)
  }
}

export interface Found {
  nodes: Node[]
}

export namespace Found {
  let _codec: Codec<Found, Found>

  export const codec = (): Codec<Found, Found> => {
    if (_codec == null) {
      _codec = message<Found, Found>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.nodes != null && obj.nodes.length > 0) {
          for (const value of obj.nodes) {
            w.uint32(10)
            Node.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          nodes: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.nodes != null && obj.nodes.length === opts.limits.nodes) {
                throw new MaxLengthError('Decode error - repeated field "nodes" had too many elements')
              }

              obj.nodes.push(Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.nodes$
              }))
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
          nodes: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.nodes != null && obj.nodes === opts.limits.nodes) {
                throw new MaxLengthError('Streaming decode error - repeated field "nodes" had too many elements')
              }

              for (const evt of Node.codec().stream(reader, reader.uint32(), `${prefix}.nodes[]`, {
                limits: opts.limits?.nodes$
              })) {
                yield {
                  ...evt,
                  index: obj.nodes
                }
              }

              obj.nodes++

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

  export interface FoundNodesIdsFieldEvent {
    field: '$.nodes[].ids'
    value: Uint8Array
    index: number
  }

  export interface FoundNodesChildrenDigitsFieldEvent {
    field: '$.nodes[].children[].digits'
    value: number
    index: number
  }

  export interface FoundNodesChildrenCountFieldEvent {
    field: '$.nodes[].children[].count'
    value: number
    index: number
  }

  export interface FoundNodesChildrenSumFieldEvent {
    field: '$.nodes[].children[].sum'
    value: Uint8Array
    index: number
  }

  export function encode (obj: Partial<Found>): Uint8Array {
    return encodeMessage(obj, Found.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Found>): Found {
    return decodeMessage(buf, Found.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Found>): Generator<FoundNodesIdsFieldEvent | FoundNodesChildrenDigitsFieldEvent | FoundNodesChildrenCountFieldEvent | FoundNodesChildrenSumFieldEvent> {
    return streamMessage(buf, Found.codec(), opts)
  }
}

export interface Node {
  ids: Uint8Array
  children: Child[]
}

export namespace Node {
  let _codec: Codec<Node, Node>

  export const codec = (): Codec<Node, Node> => {
    if (_codec == null) {
      _codec = message<Node, Node>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.ids != null && obj.ids.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.ids)
        }

        if (obj.children != null && obj.children.length > 0) {
          for (const value of obj.children) {
            w.uint32(18)
            Child.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          ids: uint8ArrayAlloc(0),
          children: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.ids = reader.bytes()
              break
            }
            case 2: {
              if (opts.limits?.children != null && obj.children.length === opts.limits.children) {
                throw new MaxLengthError('Decode error - repeated field "children" had too many elements')
              }

              obj.children.push(Child.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.children$
              }))
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
          children: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.ids`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              if (opts.limits?.children != null && obj.children === opts.limits.children) {
                throw new MaxLengthError('Streaming decode error - repeated field "children" had too many elements')
              }

              for (const evt of Child.codec().stream(reader, reader.uint32(), `${prefix}.children[]`, {
                limits: opts.limits?.children$
              })) {
                yield {
                  ...evt,
                  index: obj.children
                }
              }

              obj.children++

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

  export interface NodeIdsFieldEvent {
    field: '$.ids'
    value: Uint8Array
  }

  export interface NodeChildrenDigitsFieldEvent {
    field: '$.children[].digits'
    value: number
    index: number
  }

  export interface NodeChildrenCountFieldEvent {
    field: '$.children[].count'
    value: number
    index: number
  }

  export interface NodeChildrenSumFieldEvent {
    field: '$.children[].sum'
    value: Uint8Array
    index: number
  }

  export function encode (obj: Partial<Node>): Uint8Array {
    return encodeMessage(obj, Node.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Node>): Node {
    return decodeMessage(buf, Node.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Node>): Generator<NodeIdsFieldEvent | NodeChildrenDigitsFieldEvent | NodeChildrenCountFieldEvent | NodeChildrenSumFieldEvent> {
    return streamMessage(buf, Node.codec(), opts)
  }
}

export interface Child {
  digits: number
  count: number
  sum: Uint8Array
}

export namespace Child {
  let _codec: Codec<Child, Child>

  export const codec = (): Codec<Child, Child> => {
    if (_codec == null) {
      _codec = message<Child, Child>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.digits != null && obj.digits !== 0)) {
          w.uint32(8)
          w.uint32(obj.digits)
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
          digits: 0,
          count: 0,
          sum: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.digits = reader.uint32()
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
                field: `${prefix}.digits`,
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

  export interface ChildDigitsFieldEvent {
    field: '$.digits'
    value: number
  }

  export interface ChildCountFieldEvent {
    field: '$.count'
    value: number
  }

  export interface ChildSumFieldEvent {
    field: '$.sum'
    value: Uint8Array
  }

  export function encode (obj: Partial<Child>): Uint8Array {
    return encodeMessage(obj, Child.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Child>): Child {
    return decodeMessage(buf, Child.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Child>): Generator<ChildDigitsFieldEvent | ChildCountFieldEvent | ChildSumFieldEvent> {
    return streamMessage(buf, Child.codec(), opts)
  }
}

export interface Want {
  set: number
  prefixes: string[]
  ids: Uint8Array
  subjects: Uint8Array
}

export namespace Want {
  let _codec: Codec<Want, Want>

  export const codec = (): Codec<Want, Want> => {
    if (_codec == null) {
      _codec = message<Want, Want>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.set != null && obj.set !== 0)) {
          w.uint32(8)
          w.uint32(obj.set)
        }

        if (obj.prefixes != null && obj.prefixes.length > 0) {
          for (const value of obj.prefixes) {
            w.uint32(18)
            w.string(value)
          }
        }

        if ((obj.ids != null && obj.ids.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.ids)
        }

        if ((obj.subjects != null && obj.subjects.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.subjects)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          set: 0,
          prefixes: [],
          ids: uint8ArrayAlloc(0),
          subjects: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.set = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.prefixes != null && obj.prefixes.length === opts.limits.prefixes) {
                throw new MaxLengthError('Decode error - repeated field "prefixes" had too many elements')
              }

              obj.prefixes.push(reader.string())
              break
            }
            case 3: {
              obj.ids = reader.bytes()
              break
            }
            case 4: {
              obj.subjects = reader.bytes()
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
          prefixes: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.set`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.prefixes != null && obj.prefixes === opts.limits.prefixes) {
                throw new MaxLengthError('Streaming decode error - repeated field "prefixes" had too many elements')
              }

              yield {
                field: `${prefix}.prefixes[]`,
                index: obj.prefixes,
                value: reader.string()
              }

              obj.prefixes++

              break
            }
            case 3: {
              yield {
                field: `${prefix}.ids`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.subjects`,
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

  export interface WantSetFieldEvent {
    field: '$.set'
    value: number
  }

  export interface WantPrefixesFieldEvent {
    field: '$.prefixes[]'
    index: number
    value: string
  }

  export interface WantIdsFieldEvent {
    field: '$.ids'
    value: Uint8Array
  }

  export interface WantSubjectsFieldEvent {
    field: '$.subjects'
    value: Uint8Array
  }

  export function encode (obj: Partial<Want>): Uint8Array {
    return encodeMessage(obj, Want.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Want>): Want {
    return decodeMessage(buf, Want.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Want>): Generator<WantSetFieldEvent | WantPrefixesFieldEvent | WantIdsFieldEvent | WantSubjectsFieldEvent> {
    return streamMessage(buf, Want.codec(), opts)
  }
}

export interface Page {
  entries: Uint8Array[]
  records: Uint8Array[]
  last: boolean
}

export namespace Page {
  let _codec: Codec<Page, Page>

  export const codec = (): Codec<Page, Page> => {
    if (_codec == null) {
      _codec = message<Page, Page>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.entries != null && obj.entries.length > 0) {
          for (const value of obj.entries) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (obj.records != null && obj.records.length > 0) {
          for (const value of obj.records) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if ((obj.last != null && obj.last !== false)) {
          w.uint32(24)
          w.bool(obj.last)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          entries: [],
          records: [],
          last: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.entries != null && obj.entries.length === opts.limits.entries) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              obj.entries.push(reader.bytes())
              break
            }
            case 2: {
              if (opts.limits?.records != null && obj.records.length === opts.limits.records) {
                throw new MaxLengthError('Decode error - repeated field "records" had too many elements')
              }

              obj.records.push(reader.bytes())
              break
            }
            case 3: {
              obj.last = reader.bool()
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
          entries: 0,
          records: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
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
            case 2: {
              if (opts.limits?.records != null && obj.records === opts.limits.records) {
                throw new MaxLengthError('Streaming decode error - repeated field "records" had too many elements')
              }

              yield {
                field: `${prefix}.records[]`,
                index: obj.records,
                value: reader.bytes()
              }

              obj.records++

              break
            }
            case 3: {
              yield {
                field: `${prefix}.last`,
                value: reader.bool()
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

  export interface PageEntriesFieldEvent {
    field: '$.entries[]'
    index: number
    value: Uint8Array
  }

  export interface PageRecordsFieldEvent {
    field: '$.records[]'
    index: number
    value: Uint8Array
  }

  export interface PageLastFieldEvent {
    field: '$.last'
    value: boolean
  }

  export function encode (obj: Partial<Page>): Uint8Array {
    return encodeMessage(obj, Page.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Page>): Page {
    return decodeMessage(buf, Page.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Page>): Generator<PageEntriesFieldEvent | PageRecordsFieldEvent | PageLastFieldEvent> {
    return streamMessage(buf, Page.codec(), opts)
  }
}

export interface More {
  stop: boolean
}

export namespace More {
  let _codec: Codec<More, More>

  export const codec = (): Codec<More, More> => {
    if (_codec == null) {
      _codec = message<More, More>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.stop != null && obj.stop !== false)) {
          w.uint32(8)
          w.bool(obj.stop)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          stop: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.stop = reader.bool()
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
                field: `${prefix}.stop`,
                value: reader.bool()
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

  export interface MoreStopFieldEvent {
    field: '$.stop'
    value: boolean
  }

  export function encode (obj: Partial<More>): Uint8Array {
    return encodeMessage(obj, More.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<More>): More {
    return decodeMessage(buf, More.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<More>): Generator<MoreStopFieldEvent> {
    return streamMessage(buf, More.codec(), opts)
  }
}

export interface Give {
  entries: Uint8Array[]
  records: Uint8Array[]
}

export namespace Give {
  let _codec: Codec<Give, Give>

  export const codec = (): Codec<Give, Give> => {
    if (_codec == null) {
      _codec = message<Give, Give>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.entries != null && obj.entries.length > 0) {
          for (const value of obj.entries) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (obj.records != null && obj.records.length > 0) {
          for (const value of obj.records) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          entries: [],
          records: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.entries != null && obj.entries.length === opts.limits.entries) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              obj.entries.push(reader.bytes())
              break
            }
            case 2: {
              if (opts.limits?.records != null && obj.records.length === opts.limits.records) {
                throw new MaxLengthError('Decode error - repeated field "records" had too many elements')
              }

              obj.records.push(reader.bytes())
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
          entries: 0,
          records: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
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
            case 2: {
              if (opts.limits?.records != null && obj.records === opts.limits.records) {
                throw new MaxLengthError('Streaming decode error - repeated field "records" had too many elements')
              }

              yield {
                field: `${prefix}.records[]`,
                index: obj.records,
                value: reader.bytes()
              }

              obj.records++

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

  export interface GiveEntriesFieldEvent {
    field: '$.entries[]'
    index: number
    value: Uint8Array
  }

  export interface GiveRecordsFieldEvent {
    field: '$.records[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Give>): Uint8Array {
    return encodeMessage(obj, Give.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Give>): Give {
    return decodeMessage(buf, Give.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Give>): Generator<GiveEntriesFieldEvent | GiveRecordsFieldEvent> {
    return streamMessage(buf, Give.codec(), opts)
  }
}

export interface Taken {
  left: Uint8Array
  full?: boolean
}

export namespace Taken {
  let _codec: Codec<Taken, Taken>

  export const codec = (): Codec<Taken, Taken> => {
    if (_codec == null) {
      _codec = message<Taken, Taken>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.left != null && obj.left.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.left)
        }

        if (obj.full != null) {
          w.uint32(16)
          w.bool(obj.full)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          left: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.left = reader.bytes()
              break
            }
            case 2: {
              obj.full = reader.bool()
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
                field: `${prefix}.left`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.full`,
                value: reader.bool()
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

  export interface TakenLeftFieldEvent {
    field: '$.left'
    value: Uint8Array
  }

  export interface TakenFullFieldEvent {
    field: '$.full'
    value: boolean
  }

  export function encode (obj: Partial<Taken>): Uint8Array {
    return encodeMessage(obj, Taken.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Taken>): Taken {
    return decodeMessage(buf, Taken.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Taken>): Generator<TakenLeftFieldEvent | TakenFullFieldEvent> {
    return streamMessage(buf, Taken.codec(), opts)
  }
}

export interface AskHeads {
  after: Uint8Array
}

export namespace AskHeads {
  let _codec: Codec<AskHeads, AskHeads>

  export const codec = (): Codec<AskHeads, AskHeads> => {
    if (_codec == null) {
      _codec = message<AskHeads, AskHeads>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.after != null && obj.after.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.after)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          after: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.after = reader.bytes()
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
                field: `${prefix}.after`,
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

  export interface AskHeadsAfterFieldEvent {
    field: '$.after'
    value: Uint8Array
  }

  export function encode (obj: Partial<AskHeads>): Uint8Array {
    return encodeMessage(obj, AskHeads.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<AskHeads>): AskHeads {
    return decodeMessage(buf, AskHeads.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<AskHeads>): Generator<AskHeadsAfterFieldEvent> {
    return streamMessage(buf, AskHeads.codec(), opts)
  }
}

export interface Heads {
  heads: Head[]
  last: boolean
}

export namespace Heads {
  let _codec: Codec<Heads, Heads>

  export const codec = (): Codec<Heads, Heads> => {
    if (_codec == null) {
      _codec = message<Heads, Heads>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.heads != null && obj.heads.length > 0) {
          for (const value of obj.heads) {
            w.uint32(10)
            Head.codec().encode(value, w)
          }
        }

        if ((obj.last != null && obj.last !== false)) {
          w.uint32(16)
          w.bool(obj.last)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          heads: [],
          last: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.heads != null && obj.heads.length === opts.limits.heads) {
                throw new MaxLengthError('Decode error - repeated field "heads" had too many elements')
              }

              obj.heads.push(Head.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.heads$
              }))
              break
            }
            case 2: {
              obj.last = reader.bool()
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
          heads: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.heads != null && obj.heads === opts.limits.heads) {
                throw new MaxLengthError('Streaming decode error - repeated field "heads" had too many elements')
              }

              for (const evt of Head.codec().stream(reader, reader.uint32(), `${prefix}.heads[]`, {
                limits: opts.limits?.heads$
              })) {
                yield {
                  ...evt,
                  index: obj.heads
                }
              }

              obj.heads++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.last`,
                value: reader.bool()
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

  export interface HeadsHeadsSubjectFieldEvent {
    field: '$.heads[].subject'
    value: Uint8Array
    index: number
  }

  export interface HeadsHeadsLifeFieldEvent {
    field: '$.heads[].life'
    value: number
    index: number
  }

  export interface HeadsHeadsNFieldEvent {
    field: '$.heads[].n'
    value: number
    index: number
  }

  export interface HeadsLastFieldEvent {
    field: '$.last'
    value: boolean
  }

  export function encode (obj: Partial<Heads>): Uint8Array {
    return encodeMessage(obj, Heads.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Heads>): Heads {
    return decodeMessage(buf, Heads.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Heads>): Generator<HeadsHeadsSubjectFieldEvent | HeadsHeadsLifeFieldEvent | HeadsHeadsNFieldEvent | HeadsLastFieldEvent> {
    return streamMessage(buf, Heads.codec(), opts)
  }
}

export interface Head {
  subject: Uint8Array
  life: number
  n: number
}

export namespace Head {
  let _codec: Codec<Head, Head>

  export const codec = (): Codec<Head, Head> => {
    if (_codec == null) {
      _codec = message<Head, Head>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.subject != null && obj.subject.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.subject)
        }

        if ((obj.life != null && obj.life !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.life)
        }

        if ((obj.n != null && obj.n !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.n)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          subject: uint8ArrayAlloc(0),
          life: 0,
          n: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.subject = reader.bytes()
              break
            }
            case 2: {
              obj.life = reader.uint64Number()
              break
            }
            case 3: {
              obj.n = reader.uint64Number()
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
                field: `${prefix}.subject`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.life`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.n`,
                value: reader.uint64Number()
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

  export interface HeadSubjectFieldEvent {
    field: '$.subject'
    value: Uint8Array
  }

  export interface HeadLifeFieldEvent {
    field: '$.life'
    value: number
  }

  export interface HeadNFieldEvent {
    field: '$.n'
    value: number
  }

  export function encode (obj: Partial<Head>): Uint8Array {
    return encodeMessage(obj, Head.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Head>): Head {
    return decodeMessage(buf, Head.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Head>): Generator<HeadSubjectFieldEvent | HeadLifeFieldEvent | HeadNFieldEvent> {
    return streamMessage(buf, Head.codec(), opts)
  }
}

export interface Done {}

export namespace Done {
  let _codec: Codec<Done, Done>

  export const codec = (): Codec<Done, Done> => {
    if (_codec == null) {
      _codec = message<Done, Done>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Done>): Uint8Array {
    return encodeMessage(obj, Done.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Done>): Done {
    return decodeMessage(buf, Done.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Done>): Generator<{}> {
    return streamMessage(buf, Done.codec(), opts)
  }
}

export interface Live {
  entries: Uint8Array[]
  records: Uint8Array[]
}

export namespace Live {
  let _codec: Codec<Live, Live>

  export const codec = (): Codec<Live, Live> => {
    if (_codec == null) {
      _codec = message<Live, Live>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.entries != null && obj.entries.length > 0) {
          for (const value of obj.entries) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (obj.records != null && obj.records.length > 0) {
          for (const value of obj.records) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          entries: [],
          records: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.entries != null && obj.entries.length === opts.limits.entries) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              obj.entries.push(reader.bytes())
              break
            }
            case 2: {
              if (opts.limits?.records != null && obj.records.length === opts.limits.records) {
                throw new MaxLengthError('Decode error - repeated field "records" had too many elements')
              }

              obj.records.push(reader.bytes())
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
          entries: 0,
          records: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
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
            case 2: {
              if (opts.limits?.records != null && obj.records === opts.limits.records) {
                throw new MaxLengthError('Streaming decode error - repeated field "records" had too many elements')
              }

              yield {
                field: `${prefix}.records[]`,
                index: obj.records,
                value: reader.bytes()
              }

              obj.records++

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

  export interface LiveEntriesFieldEvent {
    field: '$.entries[]'
    index: number
    value: Uint8Array
  }

  export interface LiveRecordsFieldEvent {
    field: '$.records[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Live>): Uint8Array {
    return encodeMessage(obj, Live.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Live>): Live {
    return decodeMessage(buf, Live.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Live>): Generator<LiveEntriesFieldEvent | LiveRecordsFieldEvent> {
    return streamMessage(buf, Live.codec(), opts)
  }
}

export interface Heard {
  left: Uint8Array
}

export namespace Heard {
  let _codec: Codec<Heard, Heard>

  export const codec = (): Codec<Heard, Heard> => {
    if (_codec == null) {
      _codec = message<Heard, Heard>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.left != null && obj.left.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.left)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          left: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.left = reader.bytes()
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
                field: `${prefix}.left`,
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

  export interface HeardLeftFieldEvent {
    field: '$.left'
    value: Uint8Array
  }

  export function encode (obj: Partial<Heard>): Uint8Array {
    return encodeMessage(obj, Heard.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Heard>): Heard {
    return decodeMessage(buf, Heard.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Heard>): Generator<HeardLeftFieldEvent> {
    return streamMessage(buf, Heard.codec(), opts)
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
