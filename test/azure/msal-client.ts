// `@azure/msal-node` pointed at a service under test, instance discovery and all, over verified TLS.

import { request as httpsRequest } from 'node:https'
import {
  ConfidentialClientApplication,
  type Configuration,
  type INetworkModule,
  type NetworkResponse,
} from '@azure/msal-node'
import { type AzureService, originOf } from './azure-clients.ts'

type Certificate = { thumbprint: string; privateKey: string } | { thumbprintSha256: string; privateKey: string }
type Proof = { clientSecret: string } | { clientCertificate: Certificate } | { clientAssertion: string }

/** `authority` replaces parts of where tokens come from. */
export function msalClient(
  service: AzureService,
  applicationId: string,
  proof: Proof,
  authority: Partial<Configuration['auth']> = {},
): ConfidentialClientApplication {
  const origin = originOf(service)
  return new ConfidentialClientApplication({
    auth: {
      clientId: applicationId,
      authority: `${origin}/${service.quickstart.tenantId}`,
      knownAuthorities: [new URL(origin).host],
      ...proof,
      ...authority,
    },
    system: { networkClient: networkOf(service) },
  })
}

/** What MSAL itself would do, with the authority of the service trusted. */
const networkOf = ({ ca }: AzureService): INetworkModule => ({
  sendGetRequestAsync: (url, options) => send(ca, 'GET', url, options),
  sendPostRequestAsync: (url, options) => send(ca, 'POST', url, options),
})

function send<T>(
  ca: string,
  method: string,
  url: string,
  options: { readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<NetworkResponse<T>> {
  return new Promise((resolve, reject) => {
    const { headers = {}, body } = options
    const outgoing = httpsRequest(url, { method, headers, ca, agent: false }, (incoming) => {
      const pieces: Buffer[] = []
      incoming.on('data', (piece: Buffer) => pieces.push(piece))
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          body: JSON.parse(Buffer.concat(pieces).toString('utf8')) as T,
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
