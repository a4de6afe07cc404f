// For devices that end lines in a bare LF: every line end becomes CRLF before the session sees it. Only listeners that are bound to
// named networks have it, because it takes away what makes smuggling impossible: whoever puts text into such a device's mail, and not
// only the device, decides where lines end. RFC 5321 §2.3.8 forbids it; it never touches a bare CR or a NUL, which stay refused.
//
// So that foreign text cannot end a message either, a line of one dot means what it says only in the spelling the device itself uses:
// a device whose first line ended in CRLF ends DATA with CRLF.CRLF and nothing else; any other line of one dot gets a second dot, which
// the reader of DATA takes out again. A device whose first line ended in LF has no such spelling: there any line of one dot is the end.

const LF = '\n'
const CR = '\r'

export class LineEndNormaliser {
  /** How the first line ended. */
  #spelling: 'CRLF' | 'LF' | undefined
  /** How the line before this one ended. */
  #before: 'CRLF' | 'LF' = 'CRLF'
  #atLineStart = true
  /** The octet given out last was a CR. */
  #returned = false
  /** The beginning of a line that may become one of a single dot: `.` or `.\r`. */
  #held = ''

  /** What was said so far is forgotten, the spelling too. */
  restart(): void {
    this.#spelling = undefined
    this.#before = 'CRLF'
    this.#atLineStart = true
    this.#returned = false
    this.#held = ''
  }

  normalise(octets: Uint8Array): Buffer {
    const text = this.#held + Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1')
    this.#held = ''
    let normalised = ''
    let from = 0
    for (let at = text.indexOf(LF); at >= 0; at = text.indexOf(LF, from)) {
      normalised += this.#endLine(text.slice(from, at))
      from = at + 1
    }
    return Buffer.from(normalised + this.#beginLine(text.slice(from)), 'latin1')
  }

  /** `line` is what is new of it, without its LF. */
  #endLine(line: string): string {
    const isCrlf = line === '' ? this.#returned : line.endsWith(CR)
    const spelling = isCrlf ? 'CRLF' : 'LF'
    this.#spelling ??= spelling
    const text = isCrlf && line !== '' ? line.slice(0, -1) : line
    const isEnd = this.#spelling === 'LF' || (this.#before === 'CRLF' && isCrlf)
    const stuffed = this.#atLineStart && text === '.' && !isEnd ? '..' : text
    const lineEnd = line === '' && isCrlf ? LF : `${CR}${LF}`
    this.#before = spelling
    this.#atLineStart = true
    this.#returned = false
    return stuffed + lineEnd
  }

  #beginLine(rest: string): string {
    if (rest === '') return ''
    if (this.#atLineStart && (rest === '.' || rest === `.${CR}`)) {
      this.#held = rest
      return ''
    }
    this.#atLineStart = false
    this.#returned = rest.endsWith(CR)
    return rest
  }
}
