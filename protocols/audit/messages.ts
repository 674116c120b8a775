/* eslint-disable */
// @ts-nocheck made from messages.proto by "npm run proto"
import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Message {
  have?: Have
  keep?: Keep
  challenge?: Challenge
  states?: States
  kept?: Kept
  proofs?: Proofs
  wait?: Wait
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

        if (obj.have != null) {
          w.uint32(10)
          Have.codec().encode(obj.have, w)
        }

        if (obj.keep != null) {
          w.uint32(18)
          Keep.codec().encode(obj.keep, w)
        }

        if (obj.challenge != null) {
          w.uint32(26)
          Challenge.codec().encode(obj.challenge, w)
        }

        if (obj.states != null) {
          w.uint32(34)
          States.codec().encode(obj.states, w)
        }

        if (obj.kept != null) {
          w.uint32(42)
          Kept.codec().encode(obj.kept, w)
        }

        if (obj.proofs != null) {
          w.uint32(50)
          Proofs.codec().encode(obj.proofs, w)
        }

        if (obj.wait != null) {
          w.uint32(58)
          Wait.codec().encode(obj.wait, w)
        }

        if (obj.refusal != null) {
          w.uint32(66)
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
              obj.have = Have.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.have
              })
              break
            }
            case 2: {
              obj.keep = Keep.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.keep
              })
              break
            }
            case 3: {
              obj.challenge = Challenge.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.challenge
              })
              break
            }
            case 4: {
              obj.states = States.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.states
              })
              break
            }
            case 5: {
              obj.kept = Kept.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.kept
              })
              break
            }
            case 6: {
              obj.proofs = Proofs.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.proofs
              })
              break
            }
            case 7: {
              obj.wait = Wait.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.wait
              })
              break
            }
            case 8: {
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
              yield * Have.codec().stream(reader, reader.uint32(), `${prefix}.have`, {
                limits: opts.limits?.have
              })

              break
            }
            case 2: {
              yield * Keep.codec().stream(reader, reader.uint32(), `${prefix}.keep`, {
                limits: opts.limits?.keep
              })

              break
            }
            case 3: {
              yield * Challenge.codec().stream(reader, reader.uint32(), `${prefix}.challenge`, {
                limits: opts.limits?.challenge
              })

              break
            }
            case 4: {
              yield * States.codec().stream(reader, reader.uint32(), `${prefix}.states`, {
                limits: opts.limits?.states
              })

              break
            }
            case 5: {
              yield * Kept.codec().stream(reader, reader.uint32(), `${prefix}.kept`, {
                limits: opts.limits?.kept
              })

              break
            }
            case 6: {
              yield * Proofs.codec().stream(reader, reader.uint32(), `${prefix}.proofs`, {
                limits: opts.limits?.proofs
              })

              break
            }
            case 7: {
              yield * Wait.codec().stream(reader, reader.uint32(), `${prefix}.wait`, {
                limits: opts.limits?.wait
              })

              break
            }
            case 8: {
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

  export interface MessageHaveQuestionFieldEvent {
    field: '$.have.question'
    value: number
  }

  export interface MessageHaveGroupsRootFieldEvent {
    field: '$.have.groups[].root'
    value: Uint8Array
    index: number
  }

  export interface MessageHaveGroupsFirstFieldEvent {
    field: '$.have.groups[].first'
    value: number
    index: number
  }

  export interface MessageHaveGroupsCountFieldEvent {
    field: '$.have.groups[].count'
    value: number
    index: number
  }

  export interface MessageKeepQuestionFieldEvent {
    field: '$.keep.question'
    value: number
  }

  export interface MessageKeepGroupsRootFieldEvent {
    field: '$.keep.groups[].root'
    value: Uint8Array
    index: number
  }

  export interface MessageKeepGroupsFirstFieldEvent {
    field: '$.keep.groups[].first'
    value: number
    index: number
  }

  export interface MessageKeepGroupsCountFieldEvent {
    field: '$.keep.groups[].count'
    value: number
    index: number
  }

  export interface MessageChallengeQuestionFieldEvent {
    field: '$.challenge.question'
    value: number
  }

  export interface MessageChallengeNonceFieldEvent {
    field: '$.challenge.nonce'
    value: Uint8Array
  }

  export interface MessageChallengeRangesCidFieldEvent {
    field: '$.challenge.ranges[].cid'
    value: Uint8Array
    index: number
  }

  export interface MessageChallengeRangesOffsetFieldEvent {
    field: '$.challenge.ranges[].offset'
    value: number
    index: number
  }

  export interface MessageChallengeRangesLengthFieldEvent {
    field: '$.challenge.ranges[].length'
    value: number
    index: number
  }

  export interface MessageStatesQuestionFieldEvent {
    field: '$.states.question'
    value: number
  }

  export interface MessageStatesStatesFieldEvent {
    field: '$.states.states'
    value: Uint8Array
  }

  export interface MessageKeptQuestionFieldEvent {
    field: '$.kept.question'
    value: number
  }

  export interface MessageKeptAnswersFieldEvent {
    field: '$.kept.answers'
    value: Uint8Array
  }

  export interface MessageProofsQuestionFieldEvent {
    field: '$.proofs.question'
    value: number
  }

  export interface MessageProofsProofsHashFieldEvent {
    field: '$.proofs.proofs[].hash'
    value: Uint8Array
    index: number
  }

  export interface MessageProofsProofsReasonFieldEvent {
    field: '$.proofs.proofs[].reason'
    value: number
    index: number
  }

  export interface MessageWaitQuestionFieldEvent {
    field: '$.wait.question'
    value: number
  }

  export interface MessageWaitMsFieldEvent {
    field: '$.wait.ms'
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

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Generator<MessageHaveQuestionFieldEvent | MessageHaveGroupsRootFieldEvent | MessageHaveGroupsFirstFieldEvent | MessageHaveGroupsCountFieldEvent | MessageKeepQuestionFieldEvent | MessageKeepGroupsRootFieldEvent | MessageKeepGroupsFirstFieldEvent | MessageKeepGroupsCountFieldEvent | MessageChallengeQuestionFieldEvent | MessageChallengeNonceFieldEvent | MessageChallengeRangesCidFieldEvent | MessageChallengeRangesOffsetFieldEvent | MessageChallengeRangesLengthFieldEvent | MessageStatesQuestionFieldEvent | MessageStatesStatesFieldEvent | MessageKeptQuestionFieldEvent | MessageKeptAnswersFieldEvent | MessageProofsQuestionFieldEvent | MessageProofsProofsHashFieldEvent | MessageProofsProofsReasonFieldEvent | MessageWaitQuestionFieldEvent | MessageWaitMsFieldEvent | MessageRefusalCodeFieldEvent | MessageRefusalRetryFieldEvent | MessageRefusalTextFieldEvent> {
    return streamMessage(buf, Message.codec(), opts)
  }
}

export interface Groups {
  root: Uint8Array
  first: number
  count: number
}

export namespace Groups {
  let _codec: Codec<Groups, Groups>

  export const codec = (): Codec<Groups, Groups> => {
    if (_codec == null) {
      _codec = message<Groups, Groups>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.root != null && obj.root.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.root)
        }

        if ((obj.first != null && obj.first !== 0)) {
          w.uint32(16)
          w.uint32(obj.first)
        }

        if ((obj.count != null && obj.count !== 0)) {
          w.uint32(24)
          w.uint32(obj.count)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          root: uint8ArrayAlloc(0),
          first: 0,
          count: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.root = reader.bytes()
              break
            }
            case 2: {
              obj.first = reader.uint32()
              break
            }
            case 3: {
              obj.count = reader.uint32()
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
                field: `${prefix}.root`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.first`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.count`,
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

  export interface GroupsRootFieldEvent {
    field: '$.root'
    value: Uint8Array
  }

  export interface GroupsFirstFieldEvent {
    field: '$.first'
    value: number
  }

  export interface GroupsCountFieldEvent {
    field: '$.count'
    value: number
  }

  export function encode (obj: Partial<Groups>): Uint8Array {
    return encodeMessage(obj, Groups.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Groups>): Groups {
    return decodeMessage(buf, Groups.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Groups>): Generator<GroupsRootFieldEvent | GroupsFirstFieldEvent | GroupsCountFieldEvent> {
    return streamMessage(buf, Groups.codec(), opts)
  }
}

export interface Have {
  question: number
  groups: Groups[]
}

export namespace Have {
  let _codec: Codec<Have, Have>

  export const codec = (): Codec<Have, Have> => {
    if (_codec == null) {
      _codec = message<Have, Have>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.question != null && obj.question !== 0)) {
          w.uint32(8)
          w.uint32(obj.question)
        }

        if (obj.groups != null && obj.groups.length > 0) {
          for (const value of obj.groups) {
            w.uint32(18)
            Groups.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          question: 0,
          groups: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.question = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.groups != null && obj.groups.length === opts.limits.groups) {
                throw new MaxLengthError('Decode error - repeated field "groups" had too many elements')
              }

              obj.groups.push(Groups.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.groups$
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
          groups: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.question`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.groups != null && obj.groups === opts.limits.groups) {
                throw new MaxLengthError('Streaming decode error - repeated field "groups" had too many elements')
              }

              for (const evt of Groups.codec().stream(reader, reader.uint32(), `${prefix}.groups[]`, {
                limits: opts.limits?.groups$
              })) {
                yield {
                  ...evt,
                  index: obj.groups
                }
              }

              obj.groups++

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

  export interface HaveQuestionFieldEvent {
    field: '$.question'
    value: number
  }

  export interface HaveGroupsRootFieldEvent {
    field: '$.groups[].root'
    value: Uint8Array
    index: number
  }

  export interface HaveGroupsFirstFieldEvent {
    field: '$.groups[].first'
    value: number
    index: number
  }

  export interface HaveGroupsCountFieldEvent {
    field: '$.groups[].count'
    value: number
    index: number
  }

  export function encode (obj: Partial<Have>): Uint8Array {
    return encodeMessage(obj, Have.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Have>): Have {
    return decodeMessage(buf, Have.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Have>): Generator<HaveQuestionFieldEvent | HaveGroupsRootFieldEvent | HaveGroupsFirstFieldEvent | HaveGroupsCountFieldEvent> {
    return streamMessage(buf, Have.codec(), opts)
  }
}

export interface Keep {
  question: number
  groups: Groups[]
}

export namespace Keep {
  let _codec: Codec<Keep, Keep>

  export const codec = (): Codec<Keep, Keep> => {
    if (_codec == null) {
      _codec = message<Keep, Keep>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.question != null && obj.question !== 0)) {
          w.uint32(8)
          w.uint32(obj.question)
        }

        if (obj.groups != null && obj.groups.length > 0) {
          for (const value of obj.groups) {
            w.uint32(18)
            Groups.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          question: 0,
          groups: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.question = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.groups != null && obj.groups.length === opts.limits.groups) {
                throw new MaxLengthError('Decode error - repeated field "groups" had too many elements')
              }

              obj.groups.push(Groups.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.groups$
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
          groups: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.question`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.groups != null && obj.groups === opts.limits.groups) {
                throw new MaxLengthError('Streaming decode error - repeated field "groups" had too many elements')
              }

              for (const evt of Groups.codec().stream(reader, reader.uint32(), `${prefix}.groups[]`, {
                limits: opts.limits?.groups$
              })) {
                yield {
                  ...evt,
                  index: obj.groups
                }
              }

              obj.groups++

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

  export interface KeepQuestionFieldEvent {
    field: '$.question'
    value: number
  }

  export interface KeepGroupsRootFieldEvent {
    field: '$.groups[].root'
    value: Uint8Array
    index: number
  }

  export interface KeepGroupsFirstFieldEvent {
    field: '$.groups[].first'
    value: number
    index: number
  }

  export interface KeepGroupsCountFieldEvent {
    field: '$.groups[].count'
    value: number
    index: number
  }

  export function encode (obj: Partial<Keep>): Uint8Array {
    return encodeMessage(obj, Keep.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Keep>): Keep {
    return decodeMessage(buf, Keep.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Keep>): Generator<KeepQuestionFieldEvent | KeepGroupsRootFieldEvent | KeepGroupsFirstFieldEvent | KeepGroupsCountFieldEvent> {
    return streamMessage(buf, Keep.codec(), opts)
  }
}

export interface Range {
  cid: Uint8Array
  offset: number
  length: number
}

export namespace Range {
  let _codec: Codec<Range, Range>

  export const codec = (): Codec<Range, Range> => {
    if (_codec == null) {
      _codec = message<Range, Range>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.cid != null && obj.cid.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.cid)
        }

        if ((obj.offset != null && obj.offset !== 0)) {
          w.uint32(16)
          w.uint32(obj.offset)
        }

        if ((obj.length != null && obj.length !== 0)) {
          w.uint32(24)
          w.uint32(obj.length)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          cid: uint8ArrayAlloc(0),
          offset: 0,
          length: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.cid = reader.bytes()
              break
            }
            case 2: {
              obj.offset = reader.uint32()
              break
            }
            case 3: {
              obj.length = reader.uint32()
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
                field: `${prefix}.cid`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.offset`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.length`,
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

  export interface RangeCidFieldEvent {
    field: '$.cid'
    value: Uint8Array
  }

  export interface RangeOffsetFieldEvent {
    field: '$.offset'
    value: number
  }

  export interface RangeLengthFieldEvent {
    field: '$.length'
    value: number
  }

  export function encode (obj: Partial<Range>): Uint8Array {
    return encodeMessage(obj, Range.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Range>): Range {
    return decodeMessage(buf, Range.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Range>): Generator<RangeCidFieldEvent | RangeOffsetFieldEvent | RangeLengthFieldEvent> {
    return streamMessage(buf, Range.codec(), opts)
  }
}

export interface Challenge {
  question: number
  nonce: Uint8Array
  ranges: Range[]
}

export namespace Challenge {
  let _codec: Codec<Challenge, Challenge>

  export const codec = (): Codec<Challenge, Challenge> => {
    if (_codec == null) {
      _codec = message<Challenge, Challenge>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.question != null && obj.question !== 0)) {
          w.uint32(8)
          w.uint32(obj.question)
        }

        if ((obj.nonce != null && obj.nonce.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.nonce)
        }

        if (obj.ranges != null && obj.ranges.length > 0) {
          for (const value of obj.ranges) {
            w.uint32(26)
            Range.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          question: 0,
          nonce: uint8ArrayAlloc(0),
          ranges: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.question = reader.uint32()
              break
            }
            case 2: {
              obj.nonce = reader.bytes()
              break
            }
            case 3: {
              if (opts.limits?.ranges != null && obj.ranges.length === opts.limits.ranges) {
                throw new MaxLengthError('Decode error - repeated field "ranges" had too many elements')
              }

              obj.ranges.push(Range.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ranges$
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
          ranges: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.question`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.nonce`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              if (opts.limits?.ranges != null && obj.ranges === opts.limits.ranges) {
                throw new MaxLengthError('Streaming decode error - repeated field "ranges" had too many elements')
              }

              for (const evt of Range.codec().stream(reader, reader.uint32(), `${prefix}.ranges[]`, {
                limits: opts.limits?.ranges$
              })) {
                yield {
                  ...evt,
                  index: obj.ranges
                }
              }

              obj.ranges++

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

  export interface ChallengeQuestionFieldEvent {
    field: '$.question'
    value: number
  }

  export interface ChallengeNonceFieldEvent {
    field: '$.nonce'
    value: Uint8Array
  }

  export interface ChallengeRangesCidFieldEvent {
    field: '$.ranges[].cid'
    value: Uint8Array
    index: number
  }

  export interface ChallengeRangesOffsetFieldEvent {
    field: '$.ranges[].offset'
    value: number
    index: number
  }

  export interface ChallengeRangesLengthFieldEvent {
    field: '$.ranges[].length'
    value: number
    index: number
  }

  export function encode (obj: Partial<Challenge>): Uint8Array {
    return encodeMessage(obj, Challenge.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Challenge>): Challenge {
    return decodeMessage(buf, Challenge.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Challenge>): Generator<ChallengeQuestionFieldEvent | ChallengeNonceFieldEvent | ChallengeRangesCidFieldEvent | ChallengeRangesOffsetFieldEvent | ChallengeRangesLengthFieldEvent> {
    return streamMessage(buf, Challenge.codec(), opts)
  }
}

export interface States {
  question: number
  states: Uint8Array
}

export namespace States {
  let _codec: Codec<States, States>

  export const codec = (): Codec<States, States> => {
    if (_codec == null) {
      _codec = message<States, States>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.question != null && obj.question !== 0)) {
          w.uint32(8)
          w.uint32(obj.question)
        }

        if ((obj.states != null && obj.states.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.states)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          question: 0,
          states: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.question = reader.uint32()
              break
            }
            case 2: {
              obj.states = reader.bytes()
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
                field: `${prefix}.question`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.states`,
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

  export interface StatesQuestionFieldEvent {
    field: '$.question'
    value: number
  }

  export interface StatesStatesFieldEvent {
    field: '$.states'
    value: Uint8Array
  }

  export function encode (obj: Partial<States>): Uint8Array {
    return encodeMessage(obj, States.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<States>): States {
    return decodeMessage(buf, States.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<States>): Generator<StatesQuestionFieldEvent | StatesStatesFieldEvent> {
    return streamMessage(buf, States.codec(), opts)
  }
}

export interface Kept {
  question: number
  answers: Uint8Array
}

export namespace Kept {
  let _codec: Codec<Kept, Kept>

  export const codec = (): Codec<Kept, Kept> => {
    if (_codec == null) {
      _codec = message<Kept, Kept>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.question != null && obj.question !== 0)) {
          w.uint32(8)
          w.uint32(obj.question)
        }

        if ((obj.answers != null && obj.answers.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.answers)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          question: 0,
          answers: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.question = reader.uint32()
              break
            }
            case 2: {
              obj.answers = reader.bytes()
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
                field: `${prefix}.question`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.answers`,
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

  export interface KeptQuestionFieldEvent {
    field: '$.question'
    value: number
  }

  export interface KeptAnswersFieldEvent {
    field: '$.answers'
    value: Uint8Array
  }

  export function encode (obj: Partial<Kept>): Uint8Array {
    return encodeMessage(obj, Kept.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Kept>): Kept {
    return decodeMessage(buf, Kept.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Kept>): Generator<KeptQuestionFieldEvent | KeptAnswersFieldEvent> {
    return streamMessage(buf, Kept.codec(), opts)
  }
}

export interface Proof {
  hash: Uint8Array
  reason: number
}

export namespace Proof {
  let _codec: Codec<Proof, Proof>

  export const codec = (): Codec<Proof, Proof> => {
    if (_codec == null) {
      _codec = message<Proof, Proof>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.hash != null && obj.hash.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.hash)
        }

        if ((obj.reason != null && obj.reason !== 0)) {
          w.uint32(16)
          w.uint32(obj.reason)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          hash: uint8ArrayAlloc(0),
          reason: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.hash = reader.bytes()
              break
            }
            case 2: {
              obj.reason = reader.uint32()
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
                field: `${prefix}.hash`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.reason`,
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

  export interface ProofHashFieldEvent {
    field: '$.hash'
    value: Uint8Array
  }

  export interface ProofReasonFieldEvent {
    field: '$.reason'
    value: number
  }

  export function encode (obj: Partial<Proof>): Uint8Array {
    return encodeMessage(obj, Proof.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Proof>): Proof {
    return decodeMessage(buf, Proof.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Proof>): Generator<ProofHashFieldEvent | ProofReasonFieldEvent> {
    return streamMessage(buf, Proof.codec(), opts)
  }
}

export interface Proofs {
  question: number
  proofs: Proof[]
}

export namespace Proofs {
  let _codec: Codec<Proofs, Proofs>

  export const codec = (): Codec<Proofs, Proofs> => {
    if (_codec == null) {
      _codec = message<Proofs, Proofs>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.question != null && obj.question !== 0)) {
          w.uint32(8)
          w.uint32(obj.question)
        }

        if (obj.proofs != null && obj.proofs.length > 0) {
          for (const value of obj.proofs) {
            w.uint32(18)
            Proof.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          question: 0,
          proofs: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.question = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.proofs != null && obj.proofs.length === opts.limits.proofs) {
                throw new MaxLengthError('Decode error - repeated field "proofs" had too many elements')
              }

              obj.proofs.push(Proof.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.proofs$
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
          proofs: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.question`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.proofs != null && obj.proofs === opts.limits.proofs) {
                throw new MaxLengthError('Streaming decode error - repeated field "proofs" had too many elements')
              }

              for (const evt of Proof.codec().stream(reader, reader.uint32(), `${prefix}.proofs[]`, {
                limits: opts.limits?.proofs$
              })) {
                yield {
                  ...evt,
                  index: obj.proofs
                }
              }

              obj.proofs++

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

  export interface ProofsQuestionFieldEvent {
    field: '$.question'
    value: number
  }

  export interface ProofsProofsHashFieldEvent {
    field: '$.proofs[].hash'
    value: Uint8Array
    index: number
  }

  export interface ProofsProofsReasonFieldEvent {
    field: '$.proofs[].reason'
    value: number
    index: number
  }

  export function encode (obj: Partial<Proofs>): Uint8Array {
    return encodeMessage(obj, Proofs.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Proofs>): Proofs {
    return decodeMessage(buf, Proofs.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Proofs>): Generator<ProofsQuestionFieldEvent | ProofsProofsHashFieldEvent | ProofsProofsReasonFieldEvent> {
    return streamMessage(buf, Proofs.codec(), opts)
  }
}

export interface Wait {
  question: number
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

        if ((obj.question != null && obj.question !== 0)) {
          w.uint32(8)
          w.uint32(obj.question)
        }

        if ((obj.ms != null && obj.ms !== 0)) {
          w.uint32(16)
          w.uint32(obj.ms)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          question: 0,
          ms: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.question = reader.uint32()
              break
            }
            case 2: {
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
                field: `${prefix}.question`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
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

  export interface WaitQuestionFieldEvent {
    field: '$.question'
    value: number
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

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Wait>): Generator<WaitQuestionFieldEvent | WaitMsFieldEvent> {
    return streamMessage(buf, Wait.codec(), opts)
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
