// Fetches one JSON document from an address that a tenant's administrator has chosen: over TLS, from a public host, small, soon, and
// without following it anywhere else. The address that was checked is the one connected to, so a name that resolves differently the
// second time gains nothing.

import { lookup as resolve, type LookupAddress } from 'node:dns'
import { type RequestOptions, request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'

export type FetchOutcome =
  | { readonly type: 'fetched'; readonly document: unknown }
  /** For the operator. */
  | { readonly type: 'failed'; readonly detail: string }
export type FetchDocument = (url: string) => Promise<FetchOutcome>

const TIME_LIMIT = 5_000
const SIZE_LIMIT = 256 * 1024

export function createFetchDocument({
  isPrivate,
  ca,
}: {
  readonly isPrivate: (address: string) => boolean
  /** Trusted instead of the public authorities. */
  readonly ca?: string
}): FetchDocument {
  const options: RequestOptions = {
    agent: false,
    headers: { accept: 'application/json' },
    lookup: publicLookup(isPrivate),
    ...(ca === undefined ? {} : { ca }),
  }
  return async (address) => {
    const url = URL.parse(address)
    if (url?.protocol !== 'https:') return failed(address, 'it is not an https URL')
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    // A literal address is connected to without any lookup.
    if (isIP(host) > 0 && isPrivate(host)) return failed(address, PRIVATE_ADDRESS)
    try {
      return { type: 'fetched', document: JSON.parse(await read(url, options)) as unknown }
    } catch (error) {
      return failed(address, error instanceof Error ? error.message : '')
    }
  }
}

const PRIVATE_ADDRESS = 'its host has a private address, which is not allowed'

const failed = (address: string, why: string): FetchOutcome => ({
  type: 'failed',
  detail: `${address} cannot be read: ${why}`,
})

function read(url: URL, options: RequestOptions): Promise<string> {
  return new Promise((fulfil, reject) => {
    const asked = request(url, { ...options, signal: AbortSignal.timeout(TIME_LIMIT) }, (response) => {
      if (response.statusCode !== 200) asked.destroy(new Error(`it answers ${response.statusCode}`))
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > SIZE_LIMIT) asked.destroy(new Error('it is too large'))
      })
      response.on('end', () => fulfil(text))
      response.on('error', reject)
    })
    asked.on('error', reject)
    // Neither a response nor a failure to Node.
    asked.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy()
      reject(new Error(`it answers ${statusCode}`))
    })
    asked.end()
  })
}

/** Finds none but public addresses. */
export function publicLookup(isPrivate: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, [])
      const open = addresses.filter(({ address }) => !isPrivate(address))
      const [first] = open
      if (first === undefined) return callback(new Error(PRIVATE_ADDRESS), [])
      return options.all === true ? callback(null, open) : callback(null, first.address, first.family)
    })
  }
}
