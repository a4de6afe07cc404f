// The name under which an attachment is stored: recognisable, but without anything that turns it around, leads to another folder, or makes
// opening it run it.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
/** With a meaning in names of files somewhere. */
const MEANT = /[\\/:*?"<>|%~$`]/g
/** What Windows takes for a device, whatever follows. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i
const LONGEST = 100

/** Types that are looked at and not run. */
const LOOKED_AT =
  /\.(?:txt|log|csv|json|ics|eml|pdf|png|jpe?g|gif|webp|bmp|tiff?|docx|xlsx|pptx|odt|ods|odp|rtf|zip|gz|7z|mp3|mp4|wav)$/i

export function storedName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replaceAll(UNSEEN, '')
    .replaceAll(MEANT, '_')
    .replace(/^[\s.]+/, '')
    .replace(/[\s.]+$/, '')
  const short = shorten(plain)
  const named = short === '' ? 'attachment' : DEVICE.test(short) ? `_${short}` : short
  return LOOKED_AT.test(named) ? named : `${named}.bin`
}

/** Keeps the end, by which it is known what it is. */
function shorten(name: string): string {
  const letters = Array.from(name)
  if (letters.length <= LONGEST) return name
  const end = /\.[\p{L}\p{N}]{1,10}$/u.exec(name)?.[0] ?? ''
  return `${letters.slice(0, LONGEST - end.length).join('')}${end}`
}
