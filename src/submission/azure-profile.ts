// What `compatibility: azure` changes of the submission doors, in one table: the mechanisms, the words of a refused login, the limits and
// the attachments of Azure Communication Services. Where the operator allows less, that stays. Never changed by it: how soon a
// revocation counts, what a 250 promises, TLS, and that nothing is said about senders before a login.
// Azure: data-plane reference §1.1, §1.4-1.8. docs/azure-compatibility.md shows the table; a test compares them.

import type { QuotaDefaults } from '../quota/quotas.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import type { SubmissionOptions } from './submission.ts'

export const AZURE_PROFILE = {
  /** PLAIN is not offered. */
  mechanisms: ['LOGIN', 'XOAUTH2'],
  /** Of one message: to, cc and bcc together. */
  recipients: 50,
  /** Of one message as it is sent, in octets. */
  size: 10 * 1024 * 1024,
  /** Sessions that are signed in, of a subscription. */
  sessions: 250,
  /** Messages, of whatever door. Azure counts them for a subscription; here each communication service has so many. */
  messages: { minute: 30, hour: 100 },
  /** The same of a managed domain, whatever the others may send. */
  managedMessages: { minute: 5, hour: 10 },
} as const

type Traits = Pick<SubmissionOptions, 'mechanisms' | 'limits' | 'loginRefusal'>

/** What the doors are set up with: as configured, or the narrower of that and the profile. */
export function submissionTraits(
  compatibility: 'none' | 'azure',
  { mechanisms, limits }: Pick<SubmissionOptions, 'mechanisms' | 'limits'>,
): Traits {
  if (compatibility === 'none') return { mechanisms, limits, loginRefusal: replies.authenticationUnsuccessful }
  return {
    mechanisms: mechanisms.filter((name) => AZURE_PROFILE.mechanisms.some((offered) => offered === name)),
    limits: {
      ...limits,
      recipients: Math.min(limits.recipients, AZURE_PROFILE.recipients),
      size: Math.min(limits.size, AZURE_PROFILE.size),
    },
    loginRefusal: replies.authenticationUnsuccessfulAtAzure,
  }
}

/** One reply for every cause; the reference is ours. */
export type LoginRefusal = (reference: string) => Reply

/** Extensions with the media types that an attachment of that name may have. What is not here is refused. */
const ATTACHMENTS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    '3gp': 'video/3gpp audio/3gpp',
    '3g2': 'video/3gpp2 audio/3gpp2',
    '7z': 'application/x-7z-compressed',
    aac: 'audio/aac',
    avi: 'video/x-msvideo',
    bmp: 'image/bmp',
    csv: 'text/csv',
    doc: 'application/msword',
    docm: 'application/vnd.ms-word.document.macroenabled.12',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    eot: 'application/vnd.ms-fontobject',
    epub: 'application/epub+zip',
    gif: 'image/gif',
    gz: 'application/gzip',
    ico: 'image/vnd.microsoft.icon',
    ics: 'text/calendar',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    json: 'application/json',
    mid: 'audio/midi audio/x-midi',
    midi: 'audio/midi audio/x-midi',
    mp3: 'audio/mpeg',
    mp4: 'video/mp4',
    mpeg: 'video/mpeg',
    oga: 'audio/ogg',
    ogv: 'video/ogg',
    ogx: 'application/ogg',
    one: 'application/onenote',
    opus: 'audio/opus',
    otf: 'font/otf',
    pdf: 'application/pdf',
    png: 'image/png',
    ppsm: 'application/vnd.ms-powerpoint.slideshow.macroenabled.12',
    ppsx: 'application/vnd.openxmlformats-officedocument.presentationml.slideshow',
    ppt: 'application/vnd.ms-powerpoint',
    pptm: 'application/vnd.ms-powerpoint.presentation.macroenabled.12',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    pub: 'application/vnd.ms-publisher',
    rar: 'application/x-rar-compressed',
    rpmsg: 'application/vnd.ms-outlook',
    rtf: 'application/rtf',
    svg: 'image/svg+xml',
    tar: 'application/x-tar',
    tif: 'image/tiff',
    tiff: 'image/tiff',
    ttf: 'font/ttf',
    txt: 'text/plain',
    vsd: 'application/vnd.visio',
    wav: 'audio/wav',
    weba: 'audio/webm',
    webm: 'video/webm',
    webp: 'image/webp',
    wma: 'audio/x-ms-wma',
    wmv: 'video/x-ms-wmv',
    woff: 'font/woff',
    woff2: 'font/woff2',
    xls: 'application/vnd.ms-excel',
    xlsb: 'application/vnd.ms-excel.sheet.binary.macroenabled.12',
    xlsm: 'application/vnd.ms-excel.sheet.macroenabled.12',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    xml: 'application/xml text/xml',
    zip: 'application/zip',
  }).map(([extension, types]) => [extension, types.split(' ')]),
)

export const ATTACHMENT_EXTENSIONS: readonly string[] = [...ATTACHMENTS.keys()]

/** Says nothing about the content. `application/octet-stream` says nothing either, so the name alone decides then. */
export function isAllowedAttachment(name: string, mediaType: string): boolean {
  const types = ATTACHMENTS.get(/\.([^.]+)$/.exec(name.trim().toLowerCase())?.[1] ?? '')
  const [type = ''] = mediaType.toLowerCase().split(';')
  return types !== undefined && (type.trim() === 'application/octet-stream' || types.includes(type.trim()))
}

type Configured = {
  readonly compatibility: 'none' | 'azure'
  readonly quotas: QuotaDefaults
  readonly domains: { readonly managedSuffix: string }
}

/** Where nothing is configured for each communication service or domain, what ACS allows. */
export function quotaDefaults({ compatibility, quotas, domains }: Configured): QuotaDefaults {
  if (compatibility === 'none') return quotas
  const { resource, domain } = quotas
  const { messages, managedMessages } = AZURE_PROFILE
  return {
    ...quotas,
    resource: { ...resource, messages: { ...messages, ...resource?.messages } },
    managedDomain: {
      suffix: domains.managedSuffix,
      limits: { ...domain, messages: { ...managedMessages, ...domain?.messages } },
    },
  }
}
