// The body of a message as the JSON of Azure Communication Services has it: one text in plain, one in HTML, attachments and inline parts.
// Any other shape would come out as something else and is refused: signed and encrypted mail, calendar invitations, reports, forwarded
// messages, several texts in a row. Azure: data-plane reference §1.8, §2.2. RFC 2046 §5.1, RFC 2387, RFC 3676 §4.5.

import type { EmailAttachment } from '@azure/communication-email'
import PostalMime from 'postal-mime'
import { decodeBody, decodeText, type MimeEntity } from '../message/mime-entity.ts'

export type AcsContent = {
  readonly texts:
    | { readonly plainText: string; readonly html: string }
    | { readonly plainText: string }
    | { readonly html: string }
  readonly attachments: readonly EmailAttachment[]
}

/** Azure: what files may be called; what is not listed here the upstream refuses. */
const EXTENSIONS = new Set(
  `3gp 3g2 7z aac avi bmp csv doc docm docx eot epub gif gz ico ics jpg jpeg json mid midi mp3 mp4 mpeg oga ogv ogx one opus otf pdf png
  ppsm ppsx ppt pptm pptx pub rar rpmsg rtf svg tar tif tiff ttf txt vsd wav weba webm webp wma wmv woff woff2 xls xlsb xlsm xlsx xml
  zip`.split(/\s+/),
)
/** Inline pictures need no name where they come from; here they do. */
const PICTURES: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
  'image/svg+xml': 'svg',
  'image/tiff': 'tiff',
  'image/webp': 'webp',
}
const NOT_FILES = /^(?:multipart|message)\/|pkcs7|pkcs10|pgp/

/** The parts of a message by what they are for. */
type Sorted = { readonly plain?: MimeEntity; readonly html?: MimeEntity; readonly files: readonly MimeEntity[] }

/** A text says why not. */
export async function readAcsContent(message: MimeEntity): Promise<AcsContent | string> {
  const sorted = sortParts(message)
  if (typeof sorted === 'string') return sorted
  const texts = readTexts(sorted)
  if (typeof texts === 'string') return texts
  const attachments = await readFiles(sorted.files, 'html' in texts ? texts.html : '')
  return typeof attachments === 'string' ? attachments : { texts, attachments }
}

const isFile = ({ disposition, mediaType, parts }: MimeEntity): boolean =>
  parts.length === 0 && (disposition === 'attachment' || !mediaType.startsWith('text/'))

function sortParts(entity: MimeEntity): Sorted | string {
  const { mediaType, parts } = entity
  if (isFile(entity)) return { files: [entity] }
  switch (mediaType) {
    case 'text/plain':
      return { plain: entity, files: [] }
    case 'text/html':
      return { html: entity, files: [] }
    case 'multipart/alternative':
      return sortAlternatives(parts)
    case 'multipart/related':
      return entity.parameters.has('start') ? 'related parts name the one to start with' : sortMixed(parts, 'related')
    case 'multipart/mixed':
      return sortMixed(parts, 'mixed')
    default:
      return `there is no place for ${mediaType}`
  }
}

/** The last one is the best: HTML, with what belongs to it. */
function sortAlternatives(parts: readonly MimeEntity[]): Sorted | string {
  const [plain, rich, ...others] = parts
  if (plain?.mediaType !== 'text/plain' || isFile(plain) || rich === undefined || others.length > 0)
    return 'there are other alternatives than plain text and HTML'
  if (rich.mediaType !== 'text/html' && rich.mediaType !== 'multipart/related')
    return `there is no place for ${rich.mediaType} as an alternative`
  const sorted = sortParts(rich)
  if (typeof sorted === 'string') return sorted
  if (sorted.html === undefined || sorted.plain !== undefined) return 'an alternative is something else than HTML'
  return { ...sorted, plain }
}

function sortMixed(parts: readonly MimeEntity[], kind: 'mixed' | 'related'): Sorted | string {
  const [first, ...others] = parts
  if (first === undefined) return 'a multipart has no part'
  const sorted = sortParts(first)
  if (typeof sorted === 'string') return sorted
  if (kind === 'related' && sorted.html === undefined) return 'related parts begin with something else than HTML'
  const stranger = others.find((part) => !isFile(part))
  if (stranger !== undefined) return `there is no place for ${stranger.mediaType} behind the text`
  return { ...sorted, files: [...sorted.files, ...others] }
}

function readTexts({ plain, html }: Sorted): AcsContent['texts'] | string {
  const unknown = [plain, html].find((part) => part !== undefined && !hasPlainForm(part))
  if (unknown !== undefined) return `the form of ${unknown.mediaType} cannot be told`
  const plainText = plain && decodeText(plain)
  const htmlText = html && decodeText(html)
  if ((plain !== undefined && plainText === undefined) || (html !== undefined && htmlText === undefined))
    return 'a text cannot be read in its charset and encoding'
  if (htmlText !== undefined) return plainText === undefined ? { html: htmlText } : { plainText, html: htmlText }
  // A scanner sends a file without a word; the request must have a text.
  return { plainText: plainText ?? '' }
}

/** Flowed text without its parameter is read as it stands; `delsp` would leave its blanks in the middle of words. */
const hasPlainForm = ({ parameters }: MimeEntity): boolean => parameters.get('delsp')?.toLowerCase() !== 'yes'

async function readFiles(files: readonly MimeEntity[], html: string): Promise<readonly EmailAttachment[] | string> {
  const attachments: EmailAttachment[] = []
  for (const [index, file] of files.entries()) {
    const attachment = await readFile(file, html, index)
    if (typeof attachment === 'string') return attachment
    const { contentId } = attachment
    if (contentId !== undefined && attachments.some((other) => other.contentId === contentId))
      return 'two inline parts have the same content-id'
    attachments.push(attachment)
  }
  return attachments
}

async function readFile(file: MimeEntity, html: string, index: number): Promise<EmailAttachment | string> {
  const { mediaType, parameters } = file
  if (NOT_FILES.test(mediaType) || parameters.has('method')) return `there is no place for ${mediaType}`
  const contentId = inlineId(file, html)
  const picture = contentId === undefined ? undefined : PICTURES[mediaType]
  const name = (await readFileName(file)) ?? (picture && `image-${index + 1}.${picture}`)
  if (name === undefined || /[\p{Cc}/\\]/u.test(name)) return `an attachment of type ${mediaType} has no good name`
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  if (!EXTENSIONS.has(extension)) return 'an attachment has a name that the upstream does not take'
  const octets = decodeBody(file)
  if (octets === undefined) return 'an attachment cannot be decoded'
  const contentInBase64 = Buffer.from(octets).toString('base64')
  const contentType = withCharset(mediaType, parameters.get('charset'))
  return { name, contentType, contentInBase64, ...(contentId === undefined ? {} : { contentId }) }
}

const withCharset = (mediaType: string, charset = ''): string =>
  /^[\w.:-]+$/.test(charset) ? `${mediaType}; charset=${charset}` : mediaType

/** What the HTML shows in its place; everything else is an attachment, whatever id it has. RFC 2392. */
function inlineId({ fields }: MimeEntity, html: string): string | undefined {
  const id = /^<([!-~]+)>$/.exec(fields.find(({ name }) => name === 'content-id')?.value ?? '')?.[1]
  if (id === undefined) return undefined
  return html.includes(`cid:${id}`) || html.includes(`cid:${encodeURIComponent(id)}`) ? id : undefined
}

/** Names may be spelt in three ways, RFC 2231 and RFC 2047 among them. */
async function readFileName({ fields }: MimeEntity): Promise<string | undefined> {
  const about = fields.filter(({ name }) => name === 'content-type' || name === 'content-disposition')
  const header = about.map(({ name, value }) => `${name}: ${value}\r\n`).join('')
  const disposition = about.some(({ name }) => name === 'content-disposition')
    ? ''
    : 'content-disposition: attachment\r\n'
  const { attachments } = await PostalMime.parse(`${header}${disposition}\r\n.`)
  return attachments[0]?.filename ?? undefined
}
