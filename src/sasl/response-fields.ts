// What the mechanisms take out of a response: names as text, passwords as octets. It knows limits and characters, no mechanism.
// RFC 4616 §2, RFC 8265 §3.

/** RFC 4616 §2 obliges us to no more. */
const IDENTITY_LIMIT = 255
/** No client secret of any provider comes near. */
const PASSWORD_LIMIT = 1024

/**
 * An identity as text; undefined when it is too long, not UTF-8, or holds control characters, which would be trouble wherever the name
 * is shown. U+FFFD, which stands for what is not UTF-8, is no part of a name either.
 */
export function readIdentity(octets: Uint8Array): string | undefined {
  if (octets.length > IDENTITY_LIMIT) return undefined
  const text = decodeUtf8(octets)
  return text === undefined || /\p{Cc}/u.test(text) ? undefined : text
}

/** A password in a Buffer of its own; undefined when it is empty, too long or not UTF-8. */
export function copyPassword(octets: Uint8Array): Uint8Array | undefined {
  if (octets.length === 0 || octets.length > PASSWORD_LIMIT || decodeUtf8(octets) === undefined) return undefined
  const password = Buffer.alloc(octets.length)
  password.set(octets)
  return password
}

function decodeUtf8(octets: Uint8Array): string | undefined {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('utf8')
  return text.includes('\ufffd') ? undefined : text
}
