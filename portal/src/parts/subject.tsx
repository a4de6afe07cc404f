// The subject of a message, which the API gives as it stands in the header. RFC 2047.

import { decodeWords } from 'postal-mime'
import { ForeignText, visibleText } from './foreign-text.tsx'

/** Of what cannot be decoded, what stands there. */
export function readableSubject(subject: string): string {
  try {
    return decodeWords(subject)
  } catch {
    return subject
  }
}

/** Of a page about the message. */
const LONGEST_TITLE = 120

export function titleOf(subject: string): string {
  const title = visibleText(readableSubject(subject).trim())
  return title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE)}…` : title
}

export function Subject({
  subject,
  none,
  lines,
}: {
  readonly subject: string
  readonly none: string
  readonly lines?: number
}) {
  return <ForeignText text={readableSubject(subject).trim() || none} {...(lines !== undefined && { lines })} />
}
