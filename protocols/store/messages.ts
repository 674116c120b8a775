/* eslint-disable */
// @ts-nocheck made from messages.proto by "npm run proto"
import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Message {
  open?: Open
  offer?: Offer
  block?: Block
  done?: Done
  abort?: Abort
  opened?: Opened
  want?: Want
  credit?: Credit
  stored?: Stored
  receipt?: Receipt
  refusal?: Refusal
  data?: Uint8Array
}

export namespace Message {
  let _codec: Codec<Message, Message>

  export const codec = (): Codec<Message, Message> => {
    if (_codec == null) {
      _codec = message<Message, Message>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.open != null) {
          w.uint32(10)
          Open.codec().encode(obj.open, w)
        }

        if (obj.offer != null) {
          w.uint32(18)
          Offer.codec().encode(obj.offer, w)
        }

        if (obj.block != null) {
          w.uint32(26)
          Block.codec().encode(obj.block, w)
        }

        if (obj.done != null) {
          w.uint32(34)
          Done.codec().encode(obj.done, w)
        }

        if (obj.abort != null) {
          w.uint32(42)
          Abort.codec().encode(obj.abort, w)
        }

        if (obj.opened != null) {
          w.uint32(50)
          Opened.codec().encode(obj.opened, w)
        }

        if (obj.want != null) {
          w.uint32(58)
          Want.codec().encode(obj.want, w)
        }

        if (obj.credit != null) {
          w.uint32(66)
          Credit.codec().encode(obj.credit, w)
        }

        if (obj.stored != null) {
          w.uint32(74)
          Stored.codec().encode(obj.stored, w)
        }

        if (obj.receipt != null) {
          w.uint32(82)
          Receipt.codec().encode(obj.receipt, w)
        }

        if (obj.refusal != null) {
          w.uint32(90)
          Refusal.codec().encode(obj.refusal, w)
        }

        if (obj.data != null) {
          w.uint32(122)
          w.bytes(obj.data)
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
              obj.open = Open.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.open
              })
              break
            }
            case 2: {
              obj.offer = Offer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.offer
              })
              break
            }
            case 3: {
              obj.block = Block.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.block
              })
              break
            }
            case 4: {
              obj.done = Done.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.done
              })
              break
            }
            case 5: {
              obj.abort = Abort.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.abort
              })
              break
            }
            case 6: {
              obj.opened = Opened.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.opened
              })
              break
            }
            case 7: {
              obj.want = Want.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.want
              })
              break
            }
            case 8: {
              obj.credit = Credit.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.credit
              })
              break
            }
            case 9: {
              obj.stored = Stored.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.stored
              })
              break
            }
            case 10: {
              obj.receipt = Receipt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.receipt
              })
              break
            }
            case 11: {
              obj.refusal = Refusal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.refusal
              })
              break
            }
            case 15: {
              obj.data = reader.bytes()
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
              yield * Open.codec().stream(reader, reader.uint32(), `${prefix}.open`, {
                limits: opts.limits?.open
              })

              break
            }
            case 2: {
              yield * Offer.codec().stream(reader, reader.uint32(), `${prefix}.offer`, {
                limits: opts.limits?.offer
              })

              break
            }
            case 3: {
              yield * Block.codec().stream(reader, reader.uint32(), `${prefix}.block`, {
                limits: opts.limits?.block
              })

              break
            }
            case 4: {
              yield * Done.codec().stream(reader, reader.uint32(), `${prefix}.done`, {
                limits: opts.limits?.done
              })

              break
            }
            case 5: {
              yield * Abort.codec().stream(reader, reader.uint32(), `${prefix}.abort`, {
                limits: opts.limits?.abort
              })

              break
            }
            case 6: {
              yield * Opened.codec().stream(reader, reader.uint32(), `${prefix}.opened`, {
                limits: opts.limits?.opened
              })

              break
            }
            case 7: {
              yield * Want.codec().stream(reader, reader.uint32(), `${prefix}.want`, {
                limits: opts.limits?.want
              })

              break
            }
            case 8: {
              yield * Credit.codec().stream(reader, reader.uint32(), `${prefix}.credit`, {
                limits: opts.limits?.credit
              })

              break
            }
            case 9: {
              yield * Stored.codec().stream(reader, reader.uint32(), `${prefix}.stored`, {
                limits: opts.limits?.stored
              })

              break
            }
            case 10: {
              yield * Receipt.codec().stream(reader, reader.uint32(), `${prefix}.receipt`, {
                limits: opts.limits?.receipt
              })

              break
            }
            case 11: {
              yield * Refusal.codec().stream(reader, reader.uint32(), `${prefix}.refusal`, {
                limits: opts.limits?.refusal
              })

              break
            }
            case 15: {
              yield {
                field: `${prefix}.data`,
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

  export interface MessageOpenUploadFieldEvent {
    field: '$.open.upload'
    value: number
  }

  export interface MessageOpenIdFieldEvent {
    field: '$.open.id'
    value: Uint8Array
  }

  export interface MessageOpenExpectedFieldEvent {
    field: '$.open.expected'
    value: number
  }

  export interface MessageOfferUploadFieldEvent {
    field: '$.offer.upload'
    value: number
  }

  export interface MessageOfferCidsFieldEvent {
    field: '$.offer.cids[]'
    index: number
    value: Uint8Array
  }

  export interface MessageOfferSizesFieldEvent {
    field: '$.offer.sizes[]'
    index: number
    value: number
  }

  export interface MessageBlockUploadFieldEvent {
    field: '$.block.upload'
    value: number
  }

  export interface MessageBlockCidFieldEvent {
    field: '$.block.cid'
    value: Uint8Array
  }

  export interface MessageDoneUploadFieldEvent {
    field: '$.done.upload'
    value: number
  }

  export interface MessageDoneEntryFieldEvent {
    field: '$.done.entry'
    value: Uint8Array
  }

  export interface MessageAbortUploadFieldEvent {
    field: '$.abort.upload'
    value: number
  }

  export interface MessageOpenedUploadFieldEvent {
    field: '$.opened.upload'
    value: number
  }

  export interface MessageWantUploadFieldEvent {
    field: '$.want.upload'
    value: number
  }

  export interface MessageWantBitsFieldEvent {
    field: '$.want.bits'
    value: Uint8Array
  }

  export interface MessageCreditBytesFieldEvent {
    field: '$.credit.bytes'
    value: number
  }

  export interface MessageStoredUploadFieldEvent {
    field: '$.stored.upload'
    value: number
  }

  export interface MessageStoredCidsFieldEvent {
    field: '$.stored.cids[]'
    index: number
    value: Uint8Array
  }

  export interface MessageReceiptUploadFieldEvent {
    field: '$.receipt.upload'
    value: number
  }

  export interface MessageReceiptEntryFieldEvent {
    field: '$.receipt.entry'
    value: Uint8Array
  }

  export interface MessageRefusalUploadFieldEvent {
    field: '$.refusal.upload'
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

  export interface MessageDataFieldEvent {
    field: '$.data'
    value: Uint8Array
  }

  export function encode (obj: Partial<Message>): Uint8Array {
    return encodeMessage(obj, Message.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Message {
    return decodeMessage(buf, Message.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Generator<MessageOpenUploadFieldEvent | MessageOpenIdFieldEvent | MessageOpenExpectedFieldEvent | MessageOfferUploadFieldEvent | MessageOfferCidsFieldEvent | MessageOfferSizesFieldEvent | MessageBlockUploadFieldEvent | MessageBlockCidFieldEvent | MessageDoneUploadFieldEvent | MessageDoneEntryFieldEvent | MessageAbortUploadFieldEvent | MessageOpenedUploadFieldEvent | MessageWantUploadFieldEvent | MessageWantBitsFieldEvent | MessageCreditBytesFieldEvent | MessageStoredUploadFieldEvent | MessageStoredCidsFieldEvent | MessageReceiptUploadFieldEvent | MessageReceiptEntryFieldEvent | MessageRefusalUploadFieldEvent | MessageRefusalCodeFieldEvent | MessageRefusalRetryFieldEvent | MessageRefusalTextFieldEvent | MessageDataFieldEvent> {
    return streamMessage(buf, Message.codec(), opts)
  }
}

export interface Open {
  upload: number
  id: Uint8Array
  expected: number
}

export namespace Open {
  let _codec: Codec<Open, Open>

  export const codec = (): Codec<Open, Open> => {
    if (_codec == null) {
      _codec = message<Open, Open>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if ((obj.id != null && obj.id.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.id)
        }

        if ((obj.expected != null && obj.expected !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.expected)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0,
          id: uint8ArrayAlloc(0),
          expected: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
              break
            }
            case 2: {
              obj.id = reader.bytes()
              break
            }
            case 3: {
              obj.expected = reader.uint64Number()
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
                field: `${prefix}.upload`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.id`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.expected`,
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

  export interface OpenUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export interface OpenIdFieldEvent {
    field: '$.id'
    value: Uint8Array
  }

  export interface OpenExpectedFieldEvent {
    field: '$.expected'
    value: number
  }

  export function encode (obj: Partial<Open>): Uint8Array {
    return encodeMessage(obj, Open.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Open>): Open {
    return decodeMessage(buf, Open.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Open>): Generator<OpenUploadFieldEvent | OpenIdFieldEvent | OpenExpectedFieldEvent> {
    return streamMessage(buf, Open.codec(), opts)
  }
}

export interface Offer {
  upload: number
  cids: Uint8Array[]
  sizes: number[]
}

export namespace Offer {
  let _codec: Codec<Offer, Offer>

  export const codec = (): Codec<Offer, Offer> => {
    if (_codec == null) {
      _codec = message<Offer, Offer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if (obj.cids != null && obj.cids.length > 0) {
          for (const value of obj.cids) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (obj.sizes != null && obj.sizes.length > 0) {
          for (const value of obj.sizes) {
            w.uint32(24)
            w.uint32(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0,
          cids: [],
          sizes: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.cids != null && obj.cids.length === opts.limits.cids) {
                throw new MaxLengthError('Decode error - repeated field "cids" had too many elements')
              }

              obj.cids.push(reader.bytes())
              break
            }
            case 3: {
              if (opts.limits?.sizes != null && obj.sizes.length === opts.limits.sizes) {
                throw new MaxLengthError('Decode error - repeated field "sizes" had too many elements')
              }

              obj.sizes.push(reader.uint32())
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
          cids: 0,
          sizes: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.upload`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.cids != null && obj.cids === opts.limits.cids) {
                throw new MaxLengthError('Streaming decode error - repeated field "cids" had too many elements')
              }

              yield {
                field: `${prefix}.cids[]`,
                index: obj.cids,
                value: reader.bytes()
              }

              obj.cids++

              break
            }
            case 3: {
              if (opts.limits?.sizes != null && obj.sizes === opts.limits.sizes) {
                throw new MaxLengthError('Streaming decode error - repeated field "sizes" had too many elements')
              }

              yield {
                field: `${prefix}.sizes[]`,
                index: obj.sizes,
                value: reader.uint32()
              }

              obj.sizes++

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

  export interface OfferUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export interface OfferCidsFieldEvent {
    field: '$.cids[]'
    index: number
    value: Uint8Array
  }

  export interface OfferSizesFieldEvent {
    field: '$.sizes[]'
    index: number
    value: number
  }

  export function encode (obj: Partial<Offer>): Uint8Array {
    return encodeMessage(obj, Offer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Offer>): Offer {
    return decodeMessage(buf, Offer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Offer>): Generator<OfferUploadFieldEvent | OfferCidsFieldEvent | OfferSizesFieldEvent> {
    return streamMessage(buf, Offer.codec(), opts)
  }
}

export interface Block {
  upload: number
  cid: Uint8Array
}

export namespace Block {
  let _codec: Codec<Block, Block>

  export const codec = (): Codec<Block, Block> => {
    if (_codec == null) {
      _codec = message<Block, Block>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if ((obj.cid != null && obj.cid.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.cid)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0,
          cid: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
              break
            }
            case 2: {
              obj.cid = reader.bytes()
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
                field: `${prefix}.upload`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.cid`,
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

  export interface BlockUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export interface BlockCidFieldEvent {
    field: '$.cid'
    value: Uint8Array
  }

  export function encode (obj: Partial<Block>): Uint8Array {
    return encodeMessage(obj, Block.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Block>): Block {
    return decodeMessage(buf, Block.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Block>): Generator<BlockUploadFieldEvent | BlockCidFieldEvent> {
    return streamMessage(buf, Block.codec(), opts)
  }
}

export interface Done {
  upload: number
  entry: Uint8Array
}

export namespace Done {
  let _codec: Codec<Done, Done>

  export const codec = (): Codec<Done, Done> => {
    if (_codec == null) {
      _codec = message<Done, Done>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if ((obj.entry != null && obj.entry.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.entry)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0,
          entry: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
              break
            }
            case 2: {
              obj.entry = reader.bytes()
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
                field: `${prefix}.upload`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.entry`,
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

  export interface DoneUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export interface DoneEntryFieldEvent {
    field: '$.entry'
    value: Uint8Array
  }

  export function encode (obj: Partial<Done>): Uint8Array {
    return encodeMessage(obj, Done.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Done>): Done {
    return decodeMessage(buf, Done.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Done>): Generator<DoneUploadFieldEvent | DoneEntryFieldEvent> {
    return streamMessage(buf, Done.codec(), opts)
  }
}

export interface Abort {
  upload: number
}

export namespace Abort {
  let _codec: Codec<Abort, Abort>

  export const codec = (): Codec<Abort, Abort> => {
    if (_codec == null) {
      _codec = message<Abort, Abort>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
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
                field: `${prefix}.upload`,
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

  export interface AbortUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export function encode (obj: Partial<Abort>): Uint8Array {
    return encodeMessage(obj, Abort.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Abort>): Abort {
    return decodeMessage(buf, Abort.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Abort>): Generator<AbortUploadFieldEvent> {
    return streamMessage(buf, Abort.codec(), opts)
  }
}

export interface Opened {
  upload: number
}

export namespace Opened {
  let _codec: Codec<Opened, Opened>

  export const codec = (): Codec<Opened, Opened> => {
    if (_codec == null) {
      _codec = message<Opened, Opened>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
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
                field: `${prefix}.upload`,
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

  export interface OpenedUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export function encode (obj: Partial<Opened>): Uint8Array {
    return encodeMessage(obj, Opened.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Opened>): Opened {
    return decodeMessage(buf, Opened.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Opened>): Generator<OpenedUploadFieldEvent> {
    return streamMessage(buf, Opened.codec(), opts)
  }
}

export interface Want {
  upload: number
  bits: Uint8Array
}

export namespace Want {
  let _codec: Codec<Want, Want>

  export const codec = (): Codec<Want, Want> => {
    if (_codec == null) {
      _codec = message<Want, Want>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if ((obj.bits != null && obj.bits.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.bits)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0,
          bits: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
              break
            }
            case 2: {
              obj.bits = reader.bytes()
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
                field: `${prefix}.upload`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.bits`,
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

  export interface WantUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export interface WantBitsFieldEvent {
    field: '$.bits'
    value: Uint8Array
  }

  export function encode (obj: Partial<Want>): Uint8Array {
    return encodeMessage(obj, Want.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Want>): Want {
    return decodeMessage(buf, Want.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Want>): Generator<WantUploadFieldEvent | WantBitsFieldEvent> {
    return streamMessage(buf, Want.codec(), opts)
  }
}

export interface Credit {
  bytes: number
}

export namespace Credit {
  let _codec: Codec<Credit, Credit>

  export const codec = (): Codec<Credit, Credit> => {
    if (_codec == null) {
      _codec = message<Credit, Credit>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.bytes != null && obj.bytes !== 0)) {
          w.uint32(8)
          w.uint32(obj.bytes)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          bytes: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.bytes = reader.uint32()
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
                field: `${prefix}.bytes`,
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

  export interface CreditBytesFieldEvent {
    field: '$.bytes'
    value: number
  }

  export function encode (obj: Partial<Credit>): Uint8Array {
    return encodeMessage(obj, Credit.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Credit>): Credit {
    return decodeMessage(buf, Credit.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Credit>): Generator<CreditBytesFieldEvent> {
    return streamMessage(buf, Credit.codec(), opts)
  }
}

export interface Stored {
  upload: number
  cids: Uint8Array[]
}

export namespace Stored {
  let _codec: Codec<Stored, Stored>

  export const codec = (): Codec<Stored, Stored> => {
    if (_codec == null) {
      _codec = message<Stored, Stored>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if (obj.cids != null && obj.cids.length > 0) {
          for (const value of obj.cids) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0,
          cids: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.cids != null && obj.cids.length === opts.limits.cids) {
                throw new MaxLengthError('Decode error - repeated field "cids" had too many elements')
              }

              obj.cids.push(reader.bytes())
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
          cids: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.upload`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.cids != null && obj.cids === opts.limits.cids) {
                throw new MaxLengthError('Streaming decode error - repeated field "cids" had too many elements')
              }

              yield {
                field: `${prefix}.cids[]`,
                index: obj.cids,
                value: reader.bytes()
              }

              obj.cids++

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

  export interface StoredUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export interface StoredCidsFieldEvent {
    field: '$.cids[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Stored>): Uint8Array {
    return encodeMessage(obj, Stored.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Stored>): Stored {
    return decodeMessage(buf, Stored.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Stored>): Generator<StoredUploadFieldEvent | StoredCidsFieldEvent> {
    return streamMessage(buf, Stored.codec(), opts)
  }
}

export interface Receipt {
  upload: number
  entry: Uint8Array
}

export namespace Receipt {
  let _codec: Codec<Receipt, Receipt>

  export const codec = (): Codec<Receipt, Receipt> => {
    if (_codec == null) {
      _codec = message<Receipt, Receipt>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if ((obj.entry != null && obj.entry.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.entry)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0,
          entry: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
              break
            }
            case 2: {
              obj.entry = reader.bytes()
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
                field: `${prefix}.upload`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.entry`,
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

  export interface ReceiptUploadFieldEvent {
    field: '$.upload'
    value: number
  }

  export interface ReceiptEntryFieldEvent {
    field: '$.entry'
    value: Uint8Array
  }

  export function encode (obj: Partial<Receipt>): Uint8Array {
    return encodeMessage(obj, Receipt.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Receipt>): Receipt {
    return decodeMessage(buf, Receipt.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Receipt>): Generator<ReceiptUploadFieldEvent | ReceiptEntryFieldEvent> {
    return streamMessage(buf, Receipt.codec(), opts)
  }
}

export interface Refusal {
  upload: number
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

        if ((obj.upload != null && obj.upload !== 0)) {
          w.uint32(8)
          w.uint32(obj.upload)
        }

        if ((obj.code != null && obj.code !== 0)) {
          w.uint32(16)
          w.uint32(obj.code)
        }

        if ((obj.retry != null && obj.retry !== false)) {
          w.uint32(24)
          w.bool(obj.retry)
        }

        if ((obj.text != null && obj.text !== '')) {
          w.uint32(34)
          w.string(obj.text)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          upload: 0,
          code: 0,
          retry: false,
          text: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.upload = reader.uint32()
              break
            }
            case 2: {
              obj.code = reader.uint32()
              break
            }
            case 3: {
              obj.retry = reader.bool()
              break
            }
            case 4: {
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
                field: `${prefix}.upload`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.code`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.retry`,
                value: reader.bool()
              }
              break
            }
            case 4: {
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

  export interface RefusalUploadFieldEvent {
    field: '$.upload'
    value: number
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

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Generator<RefusalUploadFieldEvent | RefusalCodeFieldEvent | RefusalRetryFieldEvent | RefusalTextFieldEvent> {
    return streamMessage(buf, Refusal.codec(), opts)
  }
}
