// When a domain may send: ownership, SPF and both DKIM keys are verified. DMARC is shown but not asked for. It reads the resource's
// properties as stored and trusts no shape. Azure: `verificationStates` of control-plane reference §5.7, whose keys keep their case.

const REQUIRED = ['Domain', 'SPF', 'DKIM', 'DKIM2'] as const

/** `properties` are those of a domain resource. */
export function isDomainVerified(properties: Readonly<Record<string, unknown>>): boolean {
  const states = properties['verificationStates']
  return REQUIRED.every((record) => member(member(states, record), 'status') === 'Verified')
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
