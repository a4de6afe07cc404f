// ARM ids as addresses of the portal: `/resource/<id>/~/<blade>`.

const SEPARATOR = '/~/'

export type Address = { readonly id: string; readonly blade: string | undefined }

/**
 * Requests are made of ids, and whoever made a link that somebody follows has chosen the id in it: there is nothing in it that leads a
 * request elsewhere, like a query of its own or a way up.
 */
const ID = /^\/subscriptions(?:\/(?!\.{1,2}(?:\/|$))[^/?#%\\\p{C}]+)+$/iu

/** Of a resource, a resource group or a subscription. */
export const isResourceId = (text: string): boolean => ID.test(text)

/** `rest` is what follows `/resource/`. Undefined for what is no id. */
export function readAddress(rest: string): Address | undefined {
  const [id = '', blade] = `/${rest.replace(/\/+$/, '')}`.split(SEPARATOR)
  return isResourceId(id) ? { id, blade } : undefined
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
