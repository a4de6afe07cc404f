// Every store passes this suite: MTA-STS policies and counts of TLS sessions are shared by all nodes, and forgotten in time.

import assert from 'node:assert/strict'
import { type MailStore, mailTests } from './mail-store.fixture.ts'
import type { StoredStsPolicy, TlsResult } from './transport-policies.ts'
import { A, AT } from './two-tenants.fixture.ts'

const DAY = 86_400_000

const policy = (changes: Partial<StoredStsPolicy> = {}): StoredStsPolicy => ({
  domain: 'contoso.example',
  policyId: '20310504',
  mode: 'enforce',
  patterns: ['mx.contoso.example', '*.contoso.net'],
  fetchedAt: AT,
  until: AT + 7 * DAY,
  ...changes,
})

const result = (changes: Partial<TlsResult> = {}): TlsResult => ({
  day: '2031-05-04',
  policyDomain: 'contoso.example',
  policyType: 'sts',
  policy: 'version: STSv1\nmode: enforce',
  result: 'success',
  host: '',
  address: '',
  sessions: 1,
  ...changes,
})

const failure = result({ result: 'certificate-expired', host: 'mx.contoso.example', address: '2001:db8::1' })

/** `open` gives an empty store. */
export function describeTransportPolicies(name: string, open: () => Promise<MailStore>): void {
  const policyTest = mailTests(`${name} transport policies`, open)

  policyTest('the policy of a domain is the one that was fetched last', async ({ read, write }) => {
    assert.equal(await read.transportPolicies.readStsPolicy('contoso.example'), undefined)
    for (const fetched of [policy(), policy({ policyId: 'older', fetchedAt: AT - 1 })]) {
      await write.transportPolicies.putStsPolicy(fetched)
      assert.deepEqual(await read.transportPolicies.readStsPolicy('contoso.example'), policy())
    }
    const next = policy({ policyId: 'next', mode: 'none', patterns: [], fetchedAt: AT + 1, until: AT + DAY })
    await write.transportPolicies.putStsPolicy(next)
    assert.deepEqual(await read.transportPolicies.readStsPolicy('contoso.example'), next)
    assert.equal(await read.transportPolicies.readStsPolicy('net'), undefined)
  })

  policyTest('sessions add up by day, domain, policy and end', async ({ read, write }) => {
    const others = [
      result({ day: '2031-05-05' }),
      result({ policyDomain: 'fabrikam.example' }),
      result({ policyType: 'tlsa' }),
      failure,
      { ...failure, address: '2001:db8::2' },
    ]
    await write.transportPolicies.addTlsResults([result({ sessions: 3 }), ...others])
    await write.transportPolicies.addTlsResults([result({ sessions: 4, policy: 'as seen last' })])
    assert.deepEqual(await read.transportPolicies.readTlsResults('2031-05-04', 'contoso.example'), [
      failure,
      { ...failure, address: '2001:db8::2' },
      result({ sessions: 7, policy: 'as seen last' }),
      result({ policyType: 'tlsa' }),
    ])
    const list = (query: { after?: string; limit: number }) =>
      read.transportPolicies.listTlsDomains({ day: '2031-05-04', ...query })
    assert.deepEqual(await list({ limit: 9 }), ['contoso.example', 'fabrikam.example'])
    assert.deepEqual(await list({ limit: 1 }), ['contoso.example'])
    assert.deepEqual(await list({ limit: 9, after: 'contoso.example' }), ['fabrikam.example'])
  })

  policyTest('nodes that count the same at once lose nothing', async ({ read, write }) => {
    const batch = [failure, result(), result({ policyType: 'tlsa' })]
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        write.transportPolicies.addTlsResults(index % 2 === 0 ? batch : batch.toReversed()),
      ),
    )
    const counted = await read.transportPolicies.readTlsResults('2031-05-04', 'contoso.example')
    assert.deepEqual(
      counted.map(({ sessions }) => sessions),
      [20, 20, 20],
    )
  })

  policyTest(
    'retention sweeps policies that are over and results of a fortnight ago; no epoch moves',
    async (store) => {
      const { read, write } = store
      const epoch = await read.directory.readEpoch(A.tenantId)
      const today = new Date(AT).toISOString().slice(0, 10)
      await write.transportPolicies.putStsPolicy(policy())
      await write.transportPolicies.addTlsResults([result({ day: today })])
      const sweep = async (at: number) => {
        while (await write.retention.sweep(at, LIMITS));
        const kept = await read.transportPolicies.readStsPolicy('contoso.example')
        const results = await read.transportPolicies.readTlsResults(today, 'contoso.example')
        return [kept !== undefined, results.length]
      }
      assert.deepEqual(await sweep(AT + 7 * DAY - 1), [true, 1])
      assert.deepEqual(await sweep(AT + 14 * DAY), [false, 1])
      assert.deepEqual(await sweep(AT + 15 * DAY), [false, 0])
      assert.equal(await read.directory.readEpoch(A.tenantId), epoch)
    },
  )
}

const LIMITS = {
  messageAge: 1e15,
  captureCount: 1e15,
  captureSize: 1e15,
  decisionAge: 1e15,
  decisionCount: 1e15,
  auditAge: 1e15,
  eventAge: 1e15,
}
