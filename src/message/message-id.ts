// What counts as a message identifier. A valid one is the sender's only key for correlating reports, so the grammar is read kindly:
// dots may stand anywhere. RFC 5322 §3.6.4, RFC 6532 §3.3.

const MESSAGE_ID =
  /^[ \t]*<([\w!#$%&'*+\-/=?^`{|}~.\u{80}-\u{10ffff}]+@(?:[\w!#$%&'*+\-/=?^`{|}~.\u{80}-\u{10ffff}]+|\[[!-Z^-~]*\]))>[ \t]*$/u

/** The identifier without its angle brackets. `value` is unfolded. */
export function parseMessageId(value: string): string | undefined {
  return MESSAGE_ID.exec(value)?.[1]
}
