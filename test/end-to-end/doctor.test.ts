// Every misconfiguration of the table on a running service: the device is refused, the reference that it was given is explained,
// `postern doctor` finds the same, and what is suggested first, followed to the letter, makes the mail go. Commands are run by a shell
// as they are printed.

import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isGuid } from '../../src/cli/directory-lookup.ts'
import { runCommandLine } from '../../src/cli/program.ts'
import { type Attempt, type Device, sendFrom } from '../fixtures/device.ts'
import { openDnsZone } from '../fixtures/dns-zone.ts'
import { LIMITS, type Names, type Rig, rightDevice } from '../fixtures/misconfiguration-rig.ts'
import { MISCONFIGURATIONS } from '../fixtures/misconfigurations.ts'
import { CHECKOUT, startProcess } from '../fixtures/postern-process.ts'
import { type Decision, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { addSendingApplication } from '../fixtures/sending-application.ts'

const zone = await openDnsZone()
after(() => zone.close())
const service = await startIn(temporaryDirectory({ after }), { POSTERN_DNS: zone.server }, (config) => ({
  ...config,
  limits: { ...config.limits, ...LIMITS },
  // Every device of this file comes from one address, and nearly all of them fail.
  auth: { ...config.auth, rejectAfter: 200, failures: { perSource: 10_000, perUsername: 10_000, perTenant: 10_000 } },
}))
after(() => service.stop())
const rig: Rig = { service, zone }
const { quickstart } = service

/** `postern` as a shell finds it. */
const bin = temporaryDirectory({ after })
writeFileSync(join(bin, 'postern'), `#!/bin/sh\nexec '${process.execPath}' '${CHECKOUT}bin/postern.js' "$@"\n`)
chmodSync(join(bin, 'postern'), 0o755)

type Fix = {
  readonly text: string
  readonly command?: string
  readonly setting?: { readonly name: string; readonly value: string }
}
type Report = {
  readonly verdict: 'send' | 'fix'
  readonly findings: readonly { readonly step: string; readonly state: string; readonly detail: string }[]
  readonly fixes: readonly Fix[]
}

const nothing = temporaryDirectory({ after })

/** What `postern doctor` says of a device. Whose CA the service has is for the operator to know, and not for every device. */
async function examine(device: Device, more: readonly string[] = []): Promise<Report & { readonly exitCode: number }> {
  const { server, port, tls, tlsVersion, username, password, sender, author, trustedCa } = device
  const from = author?.replace(/^.*<(.*)>$/, '$1') ?? sender
  const line = ['doctor', '--output', 'json', '--username', username, '--server', server, '--port', String(port)]
  const how = ['--tls', tls === 'implicit' ? 'implicit' : 'starttls', '--tls-version', tlsVersion]
  const text = { out: '', err: '' }
  const terminal = {
    out: { write: (piece: string) => (text.out += piece) },
    err: { write: (piece: string) => (text.err += piece) },
    env: { POSTERN_DATA_DIR: trustedCa === undefined ? nothing : service.directory, POSTERN_PASSWORD: password },
    askSecret: async () => undefined,
  }
  const args = [...line, ...how, ...(from.includes('@') ? ['--from', from] : []), ...more]
  const exitCode = await runCommandLine(args, terminal, Date.now)
  // The id of a secret is none.
  if (!isGuid(password)) assert.ok(!(text.out + text.err).includes(password.trim()), 'it shows no password')
  return { ...(JSON.parse(text.out) as Report), exitCode }
}

/** Does what is suggested, to the letter. */
async function follow(device: Device, { setting, command }: Fix): Promise<Device> {
  if (setting !== undefined) return set(device, setting.name, setting.value)
  assert.ok(command !== undefined, 'there is nothing to follow')
  const environment = { POSTERN_DATA_DIR: service.directory, PATH: `${bin}:${process.env['PATH']}` }
  const { code, stdout, stderr } = await startProcess(['sh', '-c', command], environment).ended
  assert.equal(code, 0, `${command}\n${stdout}${stderr}`)
  const printed = (pattern: RegExp) => pattern.exec(stdout)?.[1]
  const password = printed(/^SMTP_PASSWORD='?(.+?)'?$/m) ?? printed(/^Secret +(\S+)$/m) ?? device.password
  return { ...device, password, username: printed(/^SMTP_USERNAME=(.+)$/m) ?? device.username }
}

function set(device: Device, name: string, value: string): Device {
  const { author: _, ...own } = device
  switch (name) {
    case 'password':
      return { ...device, password: device.password.trim() }
    case 'trustedCa':
      return { ...device, trustedCa: quickstart.caFile }
    case 'sender':
      return { ...own, sender: value }
    case 'port':
    case 'recipientsPerMessage':
    case 'messageSize':
      return { ...device, [name]: Number(value) }
    default:
      assert.ok(name in device, `a device has no such setting: ${name}`)
      return { ...device, [name]: value }
  }
}

const REFERENCE = / \[[0-9A-HJKMNP-TV-Z]{10}\]$/

/** What was said with the ids and names of this run under their general names, the longest first. */
function generalise(text: string, names: Names): string {
  const all = Object.entries({
    'communication service id': quickstart.communicationServiceId,
    'email service id': quickstart.communicationServiceId.replace(
      /communicationServices\/.*/,
      `emailServices/${quickstart.emailService}`,
    ),
    'communication service': quickstart.communicationService,
    'tenant id': quickstart.tenantId,
    'sender address': quickstart.senderAddress,
    'managed domain': quickstart.domain,
    ...names,
    'start of the application id': (names['application id'] ?? '').slice(0, 8),
  }).toSorted(([, a], [, b]) => b.length - a.length)
  return all.reduce((shown, [name, value]) => (value === '' ? shown : shown.replaceAll(value, `<${name}>`)), text)
}

function shownFix({ setting, command }: Fix, names: Names): string {
  if (setting === undefined) return generalise(command ?? '', names)
  const { name, value } = setting
  if (name === 'server' || name === 'port') return `${name}: <${name}>`
  return `${name}: ${value === '' ? '(empty)' : generalise(value, names)}`
}

async function explained(said: string): Promise<Decision['trace'] | undefined> {
  return REFERENCE.test(said) ? (await service.explain(said)).trace : undefined
}

for (const { topic, cases } of MISCONFIGURATIONS)
  for (const { name, symptom, reason, check, fix, prepare } of cases)
    test(`${topic}: ${name}`, async () => {
      const { device, names = {} } = await prepare(rig)
      const attempt: Attempt = await sendFrom(device)
      assert.equal(attempt.accepted, false)
      assert.equal(generalise(attempt.said.replace(REFERENCE, ''), names), symptom)
      const trace = await explained(attempt.said)
      assert.equal(trace?.reason, reason)
      const report = await examine(device)
      const failed = report.findings.find(({ state }) => state === 'fail')
      if (check !== undefined) {
        assert.equal(failed?.step, check, JSON.stringify(report.findings, undefined, 1))
        assert.deepEqual([report.exitCode, report.verdict], [1, 'fix'])
      }
      const first = (check === undefined ? trace?.suggestions : report.fixes)?.[0]
      assert.ok(first !== undefined, 'something is suggested')
      assert.equal(shownFix(first, names), fix)
      if (trace !== undefined) {
        assert.equal(shownFix(trace.suggestions[0] ?? first, names), fix, 'the reference leads to the same')
        assert.ok(
          trace.suggestions.some(({ command }) => command?.startsWith('postern ')),
          'one of them is a command',
        )
      }
      const repaired = await follow(device, first)
      const again = await sendFrom(repaired)
      assert.equal(again.accepted, true, again.said)
      if (check === undefined) return
      const well = await examine(repaired, ['--to', 'reader@recipient.example.test'])
      assert.deepEqual([well.exitCode, well.verdict], [0, 'send'], JSON.stringify(well.findings, undefined, 1))
    })

test('a device that is set up rightly may send, and the doctor sends for it', async () => {
  const application = await addSendingApplication(service)
  const device = rightDevice(rig, application)
  const { exitCode, findings } = await examine(device, ['--to', 'reader@recipient.example.test'])
  assert.equal(exitCode, 0)
  const sent = findings.at(-1)
  assert.deepEqual([sent?.step, sent?.state], ['send', 'pass'])
  assert.match(sent?.detail ?? '', /^250 2\.0\.0 Ok: queued as /)
})
