// By what a token is tied to the certificate or the trust it rests on: the id alone would let it live on when something else is put
// under that id, so what is trusted is part of it. A secret's id is made by us and names one secret for ever.

import { createHash } from 'node:crypto'
import type { AssertionKeys } from '../storage/directory.ts'

type Certificate = Pick<AssertionKeys['certificates'][number], 'keyId' | 'certificate'>
type Trust = Pick<AssertionKeys['federated'][number], 'credentialId' | 'issuer' | 'subject' | 'audience'>

export const certificateKeyId = ({ keyId, certificate }: Certificate): string => tie(keyId, certificate)

export const federatedKeyId = ({ credentialId, issuer, subject, audience }: Trust): string =>
  tie(credentialId, JSON.stringify([issuer, subject, audience]))

const tie = (id: string, trusted: Uint8Array | string): string =>
  `${id}.${createHash('sha256').update(trusted).digest('base64url')}`
