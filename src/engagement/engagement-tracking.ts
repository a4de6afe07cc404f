// Which messages tell of engagement, and how their octets are changed for that on their way out: only where the domain of the author wants
// it, the message does not refuse it, and nobody else has signed it. The same message is changed in the same way each time it is read,
// for as long as its domain wants it. What it leaves alone, it leaves octet by octet.

import { isAscii, isUtf8 } from 'node:buffer'
import { domainPropertiesOf } from '../domains/domain-properties.ts'
import { type HtmlPart, htmlWriter, planHtmlParts } from '../message/html-parts.ts'
import { writeEdits } from '../message/edits.ts'
import type { SpooledEnvelope } from '../spool/spool.ts'
import type { DirectoryReader, ResourceReader } from '../storage/storage.ts'
import { type EngagementLinks, readTarget } from './engagement-links.ts'
import type { LinkTracking } from './track-html.ts'

type Content = AsyncIterable<Uint8Array>
/** The octets that leave in the place of others. */
export type ContentRewrite = (content: Content) => Content

export interface EngagementTracking {
  /** `fromDomain`: of the author, canonical. Undefined where the message leaves as it is. */
  rewriteOf(
    envelope: SpooledEnvelope,
    fromDomain: string | undefined,
    read: () => Content,
  ): Promise<ContentRewrite | undefined>
}

export type TrackingDependencies = {
  readonly directory: Pick<DirectoryReader, 'readEpoch'>
  readonly resources: Pick<ResourceReader, 'findConnectedDomain'>
  readonly links: EngagementLinks
}

export function createEngagementTracking({ directory, resources, links }: TrackingDependencies): EngagementTracking {
  const domains = createTrackedDomains({ directory, resources })
  return {
    async rewriteOf(envelope, fromDomain, read) {
      if (envelope.engagementTrackingDisabled || envelope.reversePath === '' || fromDomain === undefined)
        return undefined
      if (!(await domains.isTracked(envelope, fromDomain))) return undefined
      const plan = await planHtmlParts(read())
      if (plan === undefined || plan.signedBy.some((domain) => domain !== fromDomain)) return undefined
      const tracking = trackingOf(links, envelope)
      return (content) =>
        writeEdits(content, plan.edits, (part: HtmlPart) => htmlWriter(part, (html) => track(html, part, tracking)))
    },
  }
}

function trackingOf(links: EngagementLinks, { queueId }: SpooledEnvelope): LinkTracking {
  return {
    view: links.linkOf({ kind: 'view', queueId }),
    clickOf(address) {
      const target = readTarget(address)
      return target === undefined ? undefined : links.linkOf({ kind: 'click', queueId, target })
    },
  }
}

/** Undefined where its characters are not to be told apart as ASCII, or somebody put a signature into it. */
async function track(html: Uint8Array, { charset }: HtmlPart, tracking: LinkTracking): Promise<Uint8Array | undefined> {
  const form = formOf(html, charset)
  if (form === undefined || Buffer.from(html).includes('-----BEGIN PGP ')) return undefined
  const text = Buffer.from(html.buffer, html.byteOffset, html.byteLength).toString(form)
  // What is read octet by octet has characters that are none: an address with such stays.
  const clickOf: LinkTracking['clickOf'] = (address) =>
    form === 'utf8' || isAscii(Buffer.from(address)) ? tracking.clickOf(address) : undefined
  // Loaded where a domain wants tracking.
  const { trackHtml } = await import('./track-html.ts')
  const tracked = await trackHtml(text, { ...tracking, clickOf })
  return tracked === undefined ? undefined : Buffer.from(tracked, form)
}

/** Encodings of the WHATWG that have octets of ASCII within other characters. */
const NO_ASCII = new Set(['utf-16le', 'utf-16be', 'iso-2022-jp', 'replacement'])
/** They belong to encodings that shift, or are wider than an octet, whatever the label says. */
const ESCAPE = 0x1b

/** How octets become text and text the same octets. In every other encoding the octets of ASCII stand for themselves. */
function formOf(html: Uint8Array, charset: string): 'utf8' | 'latin1' | undefined {
  if (html.includes(0) || html.includes(ESCAPE)) return undefined
  const encoding = encodingOf(charset === '' ? 'us-ascii' : charset)
  if (encoding === undefined || NO_ASCII.has(encoding)) return undefined
  return encoding === 'utf-8' && isUtf8(html) ? 'utf8' : 'latin1'
}

function encodingOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

const MAX_KEPT = 1000

/** Whether a domain wants it, kept for as long as nothing changes in its tenant. */
function createTrackedDomains({ directory, resources }: Pick<TrackingDependencies, 'directory' | 'resources'>) {
  const kept = new Map<string, { readonly epoch: number | undefined; readonly isTracked: boolean }>()
  return {
    async isTracked({ tenantId, resourceId }: SpooledEnvelope, domain: string): Promise<boolean> {
      const key = JSON.stringify([tenantId, resourceId.toLowerCase(), domain])
      // Read first, so that what has changed meanwhile is read anew next time.
      const epoch = await directory.readEpoch(tenantId)
      const known = kept.get(key)
      if (known !== undefined && known.epoch === epoch) return known.isTracked
      const resource = await resources.findConnectedDomain(resourceId, domain)
      const isTracked =
        resource?.tenantId === tenantId && domainPropertiesOf(resource).userEngagementTracking === 'Enabled'
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(key, { epoch, isTracked })
      return isTracked
    },
  }
}
