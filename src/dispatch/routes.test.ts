import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SpooledEnvelope } from '../spool/spool.ts'
import type { Transport } from '../transport/transport.ts'
import { createRoutes, type RouteSettings } from './routes.ts'

const PRINTER = '11111111-2222-4333-8444-555555555555'
const transports: readonly Transport[] = ['capture', 'mx', 'relay', 'acs'].map((name) => ({
  name,
  signs: false,
  deliver: async () => [],
}))

const envelope = (reversePath: string, applicationId: string, author: string): SpooledEnvelope => ({
  queueId: '',
  tenantId: '',
  resourceId: '',
  principalId: '',
  applicationId,
  reversePath,
  parameters: {},
  recipients: [],
  receivedAt: 0,
  internetMessageId: '',
  subject: '',
  fromField: author === '' ? '' : `Mail Delivery System <${author}>`,
  client: { address: '', name: '' },
})

const ROUTES: readonly RouteSettings[] = [
  { recipientDomains: ['.postern.test'], via: ['capture'] },
  { senderDomains: ['contoso.com', '.contoso.com'], applications: [PRINTER], via: ['acs', 'relay', 'mx'] },
  { senderDomains: ['contoso.com'], recipientDomains: ['example.org', '.example.net'], via: ['relay'] },
  { recipientDomains: ['xn--bcher-kva.example'], via: ['relay', 'mx'] },
  { applications: [PRINTER], via: ['mx'] },
]

const cases: readonly {
  readonly title: string
  readonly from?: string
  readonly author?: string
  readonly by?: string
  readonly to?: string
  readonly via: readonly string[]
}[] = [
  { title: 'nothing fits', via: [] },
  { title: 'below a domain', to: 'you@guid.postern.test', via: ['capture'] },
  { title: 'the domain itself is not below it', to: 'you@postern.test', via: [] },
  { title: 'a name that ends alike is not below it', to: 'you@notpostern.test', via: [] },
  { title: 'the first that fits', from: 'me@contoso.com', by: PRINTER, via: ['acs', 'relay', 'mx'] },
  { title: 'letters of any case', from: 'Me@Contoso.COM', by: PRINTER.toUpperCase(), via: ['acs', 'relay', 'mx'] },
  { title: 'a sender below the domain', from: 'me@a.b.contoso.com', by: PRINTER, via: ['acs', 'relay', 'mx'] },
  { title: 'all conditions must hold', from: 'me@contoso.com', via: [] },
  { title: 'sender and recipient', from: 'me@contoso.com', to: 'you@example.org', via: ['relay'] },
  { title: 'sender and recipient below', from: 'me@contoso.com', to: 'you@a.example.net', via: ['relay'] },
  { title: 'sender and another recipient', from: 'me@contoso.com', to: 'you@a.example.org', via: [] },
  { title: 'a recipient in letters of its own', to: 'you@Bücher.example', via: ['relay', 'mx'] },
  { title: 'a quoted local part hides no domain', to: '"you@example.org"@bücher.example', via: ['relay', 'mx'] },
  { title: 'a report of nobody has no sender domain', from: '', by: PRINTER, via: ['mx'] },
  {
    title: 'a report goes the way of its author',
    author: 'postmaster@contoso.com',
    from: '',
    by: PRINTER,
    via: ['acs', 'relay', 'mx'],
  },
  { title: 'a report to a domain', from: '', to: 'you@guid.postern.test', via: ['capture'] },
  { title: 'an address literal', to: 'you@[192.0.2.1]', by: PRINTER, via: ['mx'] },
]

for (const { title, from = 'me@fabrikam.example', author = '', by = 'other', to = 'you@example.com', via } of cases)
  test(title, () => {
    const route = createRoutes(ROUTES, transports).selectRoute(envelope(from, by, author), to)
    assert.deepEqual(
      route.map(({ name }) => name),
      via,
    )
  })

test('recipients that go the same ways have the same list', () => {
  const routes = createRoutes(ROUTES, transports)
  const [one, other] = ['a@example.com', 'b@example.net'].map((to) => routes.selectRoute(envelope('', PRINTER, ''), to))
  assert.equal(one, other)
})

test('a route to a transport that is not there is a mistake of ours', () => {
  assert.throws(() => createRoutes([{ via: ['fax'] }], transports), /fax, which is not there/)
})
