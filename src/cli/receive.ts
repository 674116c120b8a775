/** This file writes fetched bytes to the place that the person chose: completely, or not at all. */
import type { Context } from './context.js'
import { bytes, clean, home } from './format.js'
import type { Bar } from './progress.js'
import { openTarget } from './target.js'

export interface Fetched { name: string, output: string | undefined, pieces: AsyncIterable<Uint8Array>, bar: Bar }

/**
 * Writes one fetched file.
 *
 * @param output the word after `-o`; undefined: the last part of the name, in the current folder
 */
export async function receive (context: Context, { name, output, pieces, bar }: Fetched): Promise<void> {
  if (output === '-') {
    for await (const piece of pieces) await context.out.bytes(piece)
    bar.clear()
  } else {
    await toFile(context, name, output, pieces[Symbol.asyncIterator](), bar)
  }
}

async function toFile ({ world, out, signal }: Context, name: string, output: string | undefined, pieces: AsyncIterator<Uint8Array>, bar: Bar): Promise<void> {
  const started = performance.now()
  // a version that cannot be fetched must not create a file, not even for a moment
  let piece = await pieces.next()
  const target = await openTarget(name, output, world.cwd, signal)
  let size = 0
  try {
    for (; piece.done !== true; piece = await pieces.next()) {
      await target.write(piece.value)
      size += piece.value.length
    }
    await target.finish()
  } catch (error) {
    await target.discard()
    if (signal.aborted) out.talk(`Nothing of ${clean(name)} was written.`)
    throw error
  } finally {
    await pieces.return?.()
  }
  bar.clear()
  const seconds = (performance.now() - started) / 1000
  await out.data({ name, path: target.path, bytes: size })
  out.talk(`${clean(name)}  ${bytes(size)} in ${seconds.toFixed(1)} s  ->  ${clean(home(target.path ?? ''))}`)
}
