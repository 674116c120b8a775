import type { Channel } from '../framing/channel.js'
import { ProtocolError } from '../errors.js'

/** How long a side that sent its last message waits for the other to close. */
export const LINGER_MS = 5_000

/**
 * Sends what is queued, closes this side, and lets the other read it: a reset at once could overtake a refusal. What
 * still comes is dropped; a remote that does not close within LINGER_MS is cut off. Never rejects, so that it can be
 * left alone: whoever calls it has the outcome of the conversation already.
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
