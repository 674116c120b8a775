import { ProtocolError } from '../../protocols/errors.js'
import { readLinkText, type LinkText } from '../../protocols/vault/link.js'
import { TextError } from '../../protocols/vault/text.js'
import { InvalidLinkError, LinkAlteredError } from '../errors.js'

/**
 * Reads a link text.
 *
 * @throws InvalidLinkError for a mistyped text or one that is no link; LinkAlteredError for a
 *   complete text that was changed on purpose
 */
export function parseLink (text: string): LinkText {
  try {
    return readLinkText(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    if (!(cause instanceof TextError)) throw new LinkAlteredError('The link was altered: it is not for the version that it names. Ask for it again, over another way', { cause })
    const says = {
      prefix: 'This is no link: a link begins with dfs-link1',
      characters: 'The link holds a character that does not belong there. Copy it again, all of it',
      checksum: 'The link is incomplete or was mistyped: its checksum does not fit. Copy it again, all of it',
      form: 'The link does not say what it should. Ask for a new one'
    }[cause.problem]
    throw new InvalidLinkError(says, { cause })
  }
}
