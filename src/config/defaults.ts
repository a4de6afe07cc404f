// Defaults that are more than one value, in the form an operator writes them: the listeners of a production service and the ports of
// a quickstart. RFC 8314 §3.3: submission over implicit TLS on 465 beside STARTTLS on 587; old devices know only 25.

export const DEFAULT_LISTENERS = [
  { name: 'submission', address: '::', port: 587, tls: 'starttls' as const },
  { name: 'submissions', address: '::', port: 465, tls: 'implicit' as const },
  { name: 'smtp', address: '::', port: 25, tls: 'starttls' as const },
]

export const QUICKSTART_DATA_DIRECTORY = 'postern-data'

/** Above 1024, so that no root is needed; each reads like the port it stands for. */
export const QUICKSTART_PORTS = { submission: 2587, submissions: 2465, smtp: 2525, https: 8443 }

/** Management needs few. */
export const HTTPS_CONNECTIONS = { perAddress: 100, total: 1000 }

/** Of a quickstart, and of a configuration that says nothing else. A reserved name: RFC 2606 §2. */
export const MANAGED_SUFFIX = 'postern.test'

/** The communication service of a quickstart. */
export const QUICKSTART_SERVICE = 'postern-quickstart'
