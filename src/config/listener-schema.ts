// Where mail is accepted, and the named networks that weaker listeners are bound to. What a listener for old devices allows is said in
// docs/devices.md; that it is never open to everybody is said here.

import * as z from 'zod'
import * as field from './schema-fields.ts'

export const PROFILES = ['modern', 'legacy'] as const

const name = () =>
  field.word(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'a name of up to 32 lower-case letters, digits and hyphens')

export const namedNetworkSchema = field.entry({
  name: name().describe('What listeners call it; unique.'),
  addresses: field
    .listOf(field.network(), 1)
    .register(field.fieldFacts, { allowed: 'a list of networks, such as [10.1.0.0/16, fd00:1::/64]' })
    .describe('The addresses in it, as this service sees them.'),
  identity: field
    .word(/^\S{1,255}$/, 'an SMTP user name')
    .optional()
    .describe(
      'SMTP user name of the embedded directory that clients send as without signing in, on listeners bound to this network. See docs/devices.md.',
    ),
})

export const listenerSchema = field.entry({
  name: name().describe('Its name in logs and metrics; unique.'),
  address: field.listenAddress().prefault('::').describe('Where it listens; "::" is every address, IPv4 included.'),
  port: field.port().describe('TCP port.'),
  tls: field
    .oneOf(['starttls', 'implicit'])
    .describe('`starttls`: the client asks for TLS first thing. `implicit`: TLS from the first octet.'),
  networks: field
    .listOf(field.word(/^[a-z0-9-]{1,32}$/, 'the name of one of `networks`'), 0)
    .prefault([])
    .describe('Names of networks; who comes from elsewhere is told 554 and closed. Empty: everybody may come.'),
  profile: field
    .oneOf(PROFILES)
    .prefault('modern')
    .describe(
      '`legacy`: for old devices of its networks: AUTH LOGIN only, RSA certificate and older ciphers of TLS 1.2, bare LF as line end, more patience. See docs/devices.md.',
    ),
})

type Bound = {
  readonly networks: readonly {
    readonly name: string
    readonly addresses: readonly string[]
    readonly identity?: string | undefined
  }[]
  readonly smtp: {
    readonly listeners: readonly { readonly profile: string; readonly networks: readonly string[] }[]
  }
}

/** Networks are told apart and are not everybody; listeners name some that exist, and a weaker one names at least one. */
export function refuseUnboundListeners({ networks, smtp }: Bound, context: z.core.$RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
  const names = networks.map((network) => network.name)
  networks.forEach(({ name: network, addresses, identity }, index) => {
    if (identity !== undefined && !smtp.listeners.some((listener) => listener.networks.includes(network)))
      refuse(['networks', index, 'identity'], 'is for listeners that are bound to the network, and none is')
    const first = names.indexOf(names[index] ?? '')
    if (first < index) refuse(['networks', index, 'name'], `is the same as networks.${first}.name`)
    addresses.forEach((network, at) => {
      if (network.endsWith('/0')) refuse(['networks', index, 'addresses', at], 'is every address there is')
    })
  })
  smtp.listeners.forEach((listener, index) => {
    const path = ['smtp', 'listeners', index, 'networks']
    listener.networks.forEach((one, at) => {
      if (!names.includes(one)) refuse([...path, at], 'is not the name of one of `networks`')
    })
    if (listener.profile === 'legacy' && listener.networks.length === 0)
      refuse(path, 'is missing: a listener with the profile legacy is for named networks only')
  })
}
