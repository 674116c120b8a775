import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Assembler } from '../../../protocols/framing/assembler.js'
import { withCode } from '../codes.js'

const MAX = 400

/** Frames on the wire: length, then bytes. Lengths here need one or two bytes. */
function onWire (frames: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(frames.map((frame) => Buffer.concat([
    Uint8Array.from(frame.length < 128 ? [frame.length] : [frame.length & 0x7f | 0x80, frame.length >> 7]), frame
  ]))))
}

function cut (pieces: Uint8Array[]): Uint8Array[] {
  const frames: Uint8Array[] = []
  const assembler = new Assembler(MAX, (frame) => frames.push(frame))
  for (const piece of pieces) assembler.push(piece)
  assert.equal(assembler.inside, false)
  return frames
}

const some = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index % 251)

describe('framing: assembler', () => {
  // empty; shortest; last and first length of one and two bytes; the longest
  const frames = [0, 1, 127, 128, MAX].map(some)
  const wire = onWire(frames)

  it('finds the frames when the bytes are split in two, at every byte', () => {
    for (let at = 0; at <= wire.length; at++) assert.deepEqual(cut([wire.subarray(0, at), wire.subarray(at)]), frames)
  })

  it('finds the frames when the bytes come one by one', () => {
    assert.deepEqual(cut(Array.from(wire, (byte) => Uint8Array.of(byte))), frames)
  })

  it('finds any frames, however they are split', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: MAX })), fc.array(fc.nat(600)), (frames, lengths) => {
      const wire = onWire(frames)
      const pieces: Uint8Array[] = []
      let at = 0
      for (const length of lengths) {
        pieces.push(wire.subarray(at, at + length))
        at += length
      }
      assert.deepEqual(cut([...pieces, wire.subarray(at)]), frames)
    }))
  })

  it('gives every frame an array of its own', () => {
    const [first, second] = cut([onWire([some(5000 % MAX), some(3)])])
    assert.notEqual(first?.buffer, second?.buffer)
    assert.equal(first?.buffer.byteLength, first?.length)
  })

  it('refuses a length above the bound at the first byte that shows it', () => {
    const assembler = new Assembler(MAX, () => { assert.fail() })
    assembler.push(Uint8Array.of(0xff))
    assert.throws(() => { assembler.push(Uint8Array.of(0xff)) }, withCode('LIMIT'))
    assert.equal(assembler.filledBytes, 0)
  })

  for (const [fault, bytes] of [
    ['that is not the shortest', [0x81, 0x00]],
    ['of zero in two bytes', [0x80, 0x00]],
    ['that does not end', Array.from({ length: 9 }, () => 0x80)]
  ] as const) {
    it(`refuses a length ${fault}`, () => {
      const assembler = new Assembler(MAX, () => { assert.fail() })
      assert.throws(() => { assembler.push(Uint8Array.from(bytes)) }, withCode('MALFORMED'))
    })
  }

  it('never does anything but cut frames or throw a ProtocolError, whatever comes', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array()), (pieces) => {
      const assembler = new Assembler(MAX, (frame) => { assert.ok(frame.length <= MAX) })
      try {
        for (const piece of pieces) assembler.push(piece)
      } catch (error) {
        assert.equal((error as Error).name, 'ProtocolError')
      }
    }))
  })
})
