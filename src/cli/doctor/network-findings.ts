// Whether a device finds the server: its name, its address, its ports. RFC 8314 §3, RFC 6409 §3.1.

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { fail, type Finding, type Fix, note, pass, skip } from './findings.ts'
import type { DoctorQuestion } from './question.ts'
import { knock } from './smtp-probe.ts'

/** Of the ports that nobody asked about. */
const KNOCK_PATIENCE = 3000

/** `better` is the name that the service goes by, where somebody knows. */
export async function networkFindings(
  question: DoctorQuestion,
  better: string | undefined,
): Promise<readonly Finding[]> {
  const { server } = question
  const named = isIP(server) === 0 ? pass('server name', server) : literal(server, better)
  const resolved = isIP(server) === 0 ? await resolve(server, better) : skip('name resolves', 'it is an address')
  if (resolved.state === 'fail') return [named, resolved, skip('port', 'the name has no address')]
  return [named, resolved, ...(await portFindings(question))]
}

function literal(server: string, better: string | undefined): Finding {
  const fix: Fix = {
    text: 'Enter the name of the server, not its address: a certificate is for names.',
    ...(better !== undefined && { setting: { name: 'server', value: better } }),
  }
  return fail('server name', `${server} is an address`, fix)
}

async function resolve(server: string, better: string | undefined): Promise<Finding> {
  try {
    const addresses = await lookup(server, { all: true })
    return pass('name resolves', addresses.map(({ address }) => address).join(', '))
  } catch (error) {
    const { code = 'no answer' } = error as NodeJS.ErrnoException
    return fail('name resolves', `${server}: ${code}`, {
      text: 'Correct the name of the server, or the DNS server of this machine.',
      command: 'postern communication settings',
      ...(better !== undefined && better !== server && { setting: { name: 'server', value: better } }),
    })
  }
}

/** The port that is asked about, and which of the others answer. */
async function portFindings({ server, port, tls, ports }: DoctorQuestion): Promise<readonly Finding[]> {
  const doors = [
    { number: ports.submission, tls: 'starttls' },
    { number: ports.submissions, tls: 'implicit' },
    { number: ports.smtp, tls: 'starttls' },
  ].filter(({ number }) => number > 0 && number !== port)
  const [own, ...others] = await Promise.all([
    knock(server, port),
    ...doors.map(({ number }) => knock(server, number, KNOCK_PATIENCE)),
  ])
  const open = doors.filter((_, index) => others[index] === undefined)
  const shown = doors.map(
    ({ number }) => `${number} ${open.some((one) => one.number === number) ? 'answers' : 'does not answer'}`,
  )
  const rest = note('other ports', shown.join(', '))
  if (own === undefined) return [pass('port', `${server}:${port} answers`), rest]
  const better = open.find((one) => one.tls === tls) ?? open[0]
  return [fail('port', `${server}:${port} does not answer: ${own.detail}`, ...portFixes(port, better)), rest]
}

function portFixes(
  port: number,
  better: { readonly number: number; readonly tls: string } | undefined,
): readonly Fix[] {
  if (better === undefined)
    return [
      { text: `Let the firewall pass port ${port}, or start the service.`, command: 'postern config check --help' },
    ]
  return [
    {
      text: `Use port ${better.number} (${better.tls === 'implicit' ? 'TLS from the start' : 'STARTTLS'}), which answers; or open ${port} in the firewall.`,
      setting: { name: 'port', value: String(better.number) },
    },
  ]
}
