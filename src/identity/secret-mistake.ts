// What people do wrong with a secret that is right: they paste it with the line break of the file it was in, or they paste its id, which
// stands beside it in every list. The operator is told; the client is not. It is asked at every proof, so that a proof with a mistake
// costs what any other costs.

import type { AuthenticationOutcome, SecretMistake } from './identity.ts'

/** What an octet of white space may be in any encoding that people paste from. */
const isWhite = (octet: number | undefined): boolean =>
  octet === 0x20 || octet === 0x09 || octet === 0x0a || octet === 0x0d || octet === 0x00

/** `trimmedFits`: without the white space around it, it would have been right. */
export function findSecretMistake(
  secrets: readonly { readonly keyId: string }[],
  clientSecret: Uint8Array,
  trimmedFits: boolean,
): SecretMistake | undefined {
  const text = Buffer.from(clientSecret).toString('latin1').trim().toLowerCase()
  if (secrets.some(({ keyId }) => keyId.toLowerCase() === text)) return 'its id instead of its value'
  return trimmedFits ? 'white space around it' : undefined
}

export function trimWhite(octets: Uint8Array): Uint8Array {
  let [start, end] = [0, octets.length]
  while (start < end && isWhite(octets[start])) start += 1
  while (end > start && isWhite(octets[end - 1])) end -= 1
  return octets.subarray(start, end)
}

const DETAILS: Readonly<Record<SecretMistake, string>> = {
  'its id instead of its value': 'what was given is the id of a secret, not its value',
  'white space around it': 'without the white space around it, what was given would be a secret of the application',
}

/** The outcome with what was done wrong, where that is why. */
export function withMistake(outcome: AuthenticationOutcome, mistake: SecretMistake | undefined): AuthenticationOutcome {
  if (outcome.type !== 'rejected' || outcome.reason !== 'wrong-secret' || mistake === undefined) return outcome
  return { ...outcome, detail: `${outcome.detail}: ${DETAILS[mistake]}`, mistake }
}
