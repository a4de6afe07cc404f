// Whether a message would rather be read by others than not arrive: the field `TLS-Required: No`. RFC 8689 §3.

import { HEADER_SECTION_LIMIT, findHeaderEnd, scanHeaderSection } from '../message/header-section.ts'
import { StoreError } from '../storage/store-error.ts'
import type { Shipment } from './transport.ts'

/** Reads the header of what leaves. A header that is not well formed, or cannot be read now, says nothing. */
export async function refusesTls(shipment: Pick<Shipment, 'open'>): Promise<boolean> {
  const section = await readHeaderSection(shipment).catch((error: unknown) => {
    if (error instanceof StoreError) return Buffer.alloc(0)
    throw error
  })
  const scan = scanHeaderSection(section)
  if (scan.type === 'malformed') return false
  const [field, ...others] = scan.fields.filter(({ name }) => name === 'tls-required')
  if (field === undefined || others.length > 0) return false
  return section.toString('latin1', field.valueStart, field.end).trim().toLowerCase() === 'no'
}

async function readHeaderSection(shipment: Pick<Shipment, 'open'>): Promise<Buffer> {
  const { octets } = await shipment.open()
  let section = Buffer.alloc(0)
  for await (const piece of octets) {
    const from = Math.max(0, section.length - 3)
    section = Buffer.concat([section, piece])
    if (findHeaderEnd(section, from) >= 0 || section.length > HEADER_SECTION_LIMIT) break
  }
  return section
}
