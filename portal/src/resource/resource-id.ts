// ARM ids as addresses of the portal: `/resource/<id>/~/<blade>`.

const SEPARATOR = '/~/'

export type Address = { readonly id: string; readonly blade: string | undefined }

/** `rest` is what follows `/resource/`. */
export function readAddress(rest: string): Address {
  const [id = '', blade] = `/${rest.replace(/\/+$/, '')}`.split(SEPARATOR)
  return { id, blade }
}

/** Within the portal, for links of the router. */
export function addressOf(id: string, blade?: string): string {
  return `/resource${encodeURI(id)}${blade === undefined ? '' : `${SEPARATOR}${blade}`}`
}

/** In lower case: `microsoft.communication/communicationservices`. */
export function typeOf(id: string): string {
  const provider = id.toLowerCase().lastIndexOf('/providers/')
  if (provider === -1)
    return /\/resourcegroups\//i.test(id) ? 'microsoft.resources/resourcegroups' : 'microsoft.resources/subscriptions'
  const [namespace, ...rest] = id
    .toLowerCase()
    .slice(provider + '/providers/'.length)
    .split('/')
  return [namespace, ...rest.filter((_part, index) => index % 2 === 0)].join('/')
}

export const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1)

export const TYPES = {
  subscription: 'microsoft.resources/subscriptions',
  resourceGroup: 'microsoft.resources/resourcegroups',
  communicationService: 'microsoft.communication/communicationservices',
  emailService: 'microsoft.communication/emailservices',
  domain: 'microsoft.communication/emailservices/domains',
} as const

/** Azure's names of the types. */
export const TYPE_NAMES: Readonly<Record<string, { readonly en: string; readonly de: string }>> = {
  [TYPES.subscription]: { en: 'Subscription', de: 'Abonnement' },
  [TYPES.resourceGroup]: { en: 'Resource group', de: 'Ressourcengruppe' },
  [TYPES.communicationService]: { en: 'Communication Service', de: 'Communication Service' },
  [TYPES.emailService]: { en: 'Email Communication Service', de: 'E-Mail-Kommunikationsdienst' },
  [TYPES.domain]: { en: 'Email Communication Services Domain', de: 'Domäne des E-Mail-Kommunikationsdiensts' },
}
