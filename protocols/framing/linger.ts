import type { Channel } from '../framing/channel.js'
import { ProtocolError } from '../errors.js'

/** A side that sent its last message waits this long for the other side to close. */
export const LINGER_MS = 5_000

/**
 * Sends the queued messages, closes this side and waits until the remote closes its own, because an
 * immediate reset could overtake a refusal. Messages that still arrive are dropped; a remote that
 * does not close within LINGER_MS is reset. The promise never rejects, so a caller need not await
 * it.
 */
export async function closeAndLinger (channel: Channel, options: { lingerMs?: number } = {}): Promise<void> {
  const late = new ProtocolError('TIMEOUT', 'The remote did not close its side')
  const timer = setTimeout(() => { channel.abort(late) }, options.lingerMs ?? LINGER_MS)
  timer.unref()
  try {
    await channel.close()
    while (await channel.read() !== undefined);
  } catch (error) {
    channel.abort(error as Error)
  } finally {
    clearTimeout(timer)
  }
}
