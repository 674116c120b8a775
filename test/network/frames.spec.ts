import assert from 'node:assert/strict'
import { FrameReader, type FrameHeader } from '../../src/network/frames.js'
import { data, FLAG, FRAME, header } from '../hostile/attack/wire.js'

const BYTES = Buffer.concat([header(FRAME.ping, FLAG.syn, 0, 77), header(FRAME.window, FLAG.syn, 3, 0), data(3, Buffer.alloc(40, 1)), data(3, Buffer.alloc(0)), data(0xffff_fffe, Buffer.alloc(13, 2), FLAG.fin), header(FRAME.goAway, 0, 0, 0)])
const FRAMES: FrameHeader[] = [
  { type: 2, flags: 1, stream: 0, length: 77 }, { type: 1, flags: 1, stream: 3, length: 0 }, { type: 0, flags: 0, stream: 3, length: 40 },
  { type: 0, flags: 0, stream: 3, length: 0 }, { type: 0, flags: 4, stream: 0xffff_fffe, length: 13 }, { type: 3, flags: 0, stream: 0, length: 0 }
]

describe('frames', () => {
  it('reads the same headers in one piece, byte by byte, and split anywhere', () => {
    for (let size = 1; size <= BYTES.length; size++) {
      const seen: FrameHeader[] = []
      const reader = new FrameReader((frame) => { seen.push(frame) })
      for (let at = 0; at < BYTES.length; at += size) reader.push(BYTES.subarray(at, at + size))
      assert.deepEqual(seen, FRAMES, `pieces of ${size}`)
      assert.deepEqual([reader.missing, reader.pieces], [0, 0])
    }
  })

  it('says what is missing of a frame, and in how many pieces it came', () => {
    const reader = new FrameReader(() => {})
    reader.push(header(FRAME.data, 0, 1, 100))
    assert.deepEqual([reader.length, reader.missing, reader.pieces], [100, 100, 1])
    for (let n = 0; n < 9; n++) reader.push(Buffer.alloc(10))
    assert.deepEqual([reader.missing, reader.pieces], [10, 10])
    reader.push(Buffer.alloc(10))
    assert.deepEqual([reader.missing, reader.pieces], [0, 0])
  })
})
