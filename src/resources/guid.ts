// The one grammar of identifiers that are GUIDs: 8-4-4-4-12 hexadecimal digits in ASCII, any case in, lower case out. Braces, missing
// hyphens and digits of other scripts are not GUIDs. RFC 9562 §4.

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Lower case, or undefined when the text is no GUID. */
export function canonicalGuid(text: string): string | undefined {
  return GUID.test(text) ? text.toLowerCase() : undefined
}
