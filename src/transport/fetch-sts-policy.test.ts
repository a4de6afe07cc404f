// Over real TLS, with a server of ours that answers as it is told.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createAuthority } from './certificates.fixture.ts'
import { createFakeDns } from './fake-dns.fixture.ts'
import { createFetchStsPolicy } from './fetch-sts-policy.ts'

const authority = await createAuthority()
const stranger = await createAuthority()
const certificates = {
  right: await authority.issue(['mta-sts.a.test']),
  'of another name': await authority.issue(['a.test']),
  'of a stranger': await stranger.issue(['mta-sts.a.test']),
  expired: await authority.issue(['mta-sts.a.test'], Date.now() - 2 * 366 * 86_400_000),
}

const POLICY = 'version: STSv1\nmode: enforce\nmx: mx.a.test\nmax_age: 86400\n'
const asked: string[] = []
let answer: (response: ServerResponse) => void = () => {}
const servers = Object.entries(certificates).map(([name, { certificate, privateKey }]) => {
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    asked.push(`${request.headers.host} ${request.url}`)
    answer(response)
  })
  return { name, server: server.listen(0, '127.0.0.1') }
})
await Promise.all(servers.map(({ server }) => once(server, 'listening')))
after(() => {
  for (const { server } of servers) {
    server.close()
    server.closeAllConnections()
  }
})

async function fetchFrom(name: keyof typeof certificates, isForbidden: (address: string) => boolean, timeout = 5000) {
  const found = servers.find((each) => each.name === name)
  assert(found !== undefined)
  const { port } = found.server.address() as AddressInfo
  const dns = createFakeDns({ 'mta-sts.a.test': { addresses: ['10.0.0.1', '127.0.0.1'] } })
  const fetch = createFetchStsPolicy({ port, ca: authority.certificate, timeout }, dns, isForbidden)
  try {
    const fetched = await fetch('a.test')
    return fetched.type === 'fetched' ? fetched.policy.mode : `${fetched.tlsResult}: ${fetched.detail}`
  } finally {
    await fetch.close()
  }
}

const inside = (address: string) => address.startsWith('10.')
const send =
  (status: number, headers: Readonly<Record<string, string>>, body: string | Buffer) => (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body)
const TEXT = { 'content-type': 'text/plain; charset=utf-8' }

const cases: readonly {
  readonly name: string
  readonly answer: (response: ServerResponse) => void
  readonly certificate?: keyof typeof certificates
  readonly timeout?: number
  readonly expected: string
}[] = [
  { name: 'a policy', answer: send(200, TEXT, POLICY), expected: 'enforce' },
  {
    name: 'a redirect',
    answer: send(301, { location: '/elsewhere', ...TEXT }, POLICY),
    expected: 'sts-policy-fetch-error: its server answers 301',
  },
  { name: 'no such page', answer: send(404, TEXT, POLICY), expected: 'sts-policy-fetch-error: its server answers 404' },
  {
    name: 'a page',
    answer: send(200, { 'content-type': 'text/html' }, POLICY),
    expected: 'sts-policy-invalid: it is not text/plain',
  },
  {
    name: 'nothing said of what it is',
    answer: send(200, {}, POLICY),
    expected: 'sts-policy-invalid: it is not text/plain',
  },
  { name: 'something else', answer: send(200, TEXT, 'hello'), expected: 'sts-policy-invalid: it is not well formed' },
  { name: '64 KiB', answer: send(200, TEXT, POLICY + '\n'.repeat(64 * 1024 - POLICY.length)), expected: 'enforce' },
  {
    name: 'an octet more',
    answer: send(200, TEXT, POLICY + '\n'.repeat(64 * 1024 - POLICY.length + 1)),
    expected: 'sts-policy-fetch-error: it cannot be fetched (UND_ERR_RES_EXCEEDED_MAX_SIZE)',
  },
  {
    name: 'a large header',
    answer: send(200, { ...TEXT, x: 'x'.repeat(9000) }, POLICY),
    expected: 'sts-policy-fetch-error: it cannot be fetched (UND_ERR_HEADERS_OVERFLOW)',
  },
  {
    name: 'silence',
    answer: () => {},
    timeout: 200,
    expected: 'sts-policy-fetch-error: it cannot be fetched (TimeoutError)',
  },
  {
    name: 'an end in the middle',
    answer: (response) => void response.writeHead(200, { ...TEXT, 'content-length': '999' }).destroy(),
    expected: 'sts-policy-fetch-error: it cannot be fetched (UND_ERR_SOCKET)',
  },
  {
    name: 'a certificate of another name',
    certificate: 'of another name',
    answer: send(200, TEXT, POLICY),
    expected: 'sts-webpki-invalid: the certificate of its server does not check (ERR_TLS_CERT_ALTNAME_INVALID)',
  },
  {
    name: 'a certificate of a stranger',
    certificate: 'of a stranger',
    answer: send(200, TEXT, POLICY),
    expected: 'sts-webpki-invalid: the certificate of its server does not check (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
  },
  {
    name: 'an expired certificate',
    certificate: 'expired',
    answer: send(200, TEXT, POLICY),
    expected: 'sts-webpki-invalid: the certificate of its server does not check (CERT_HAS_EXPIRED)',
  },
]

for (const { name, certificate = 'right', answer: given, timeout, expected } of cases)
  test(name, async () => {
    answer = given
    assert.equal(await fetchFrom(certificate, inside, timeout), expected)
  })

test('it asks for the one place', async () => {
  asked.length = 0
  answer = send(200, TEXT, POLICY)
  await fetchFrom('right', inside)
  assert.match(asked.join(), /^mta-sts\.a\.test:[0-9]+ \/\.well-known\/mta-sts\.txt$/)
})

test('addresses that may not be connected to are not', async () => {
  asked.length = 0
  assert.equal(await fetchFrom('right', () => true), 'sts-policy-fetch-error: it cannot be fetched (ENOTFOUND)')
  assert.deepEqual(asked, [])
})
