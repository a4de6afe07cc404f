// References as people type them: ten letters and digits of Crockford's base32, which stood in brackets at the end of a reply.

const REFERENCE = /^[0-9A-HJKMNP-TV-Z]{10}$/

/** Brackets and blanks dropped; the letters that the alphabet leaves out read as the digits they look like. */
export function canonicalReference(text: string): string {
  return text
    .replace(/[[\]\s-]/g, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
}

/** In its canonical form. */
export const isReference = (text: string): boolean => REFERENCE.test(text)
