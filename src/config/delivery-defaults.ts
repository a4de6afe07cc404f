// What a transport does that says nothing else. The threads that need it do not read configurations.

export const DEFAULT_CONNECTIONS = 5
/** Azure: data-plane reference §1.6, of a verified domain. */
export const DEFAULT_REQUESTS_PER_MINUTE = 30
