// Who is sending in a session, and the secrets that it keeps for that: they are erased when they are replaced and when the session ends.

import type { Peer } from './submission.ts'
import type { Verdict } from './verdict.ts'

/**
 * As the transaction needs it. `verdict` is replaced when it is renewed. `clientSecret` is there where the provider is to be asked again;
 * the session erases it.
 */
export type Sender = {
  readonly peer: Peer
  readonly clientName: string
  /** When and how somebody signed in; absent where nobody did. `method` is a SASL mechanism, or what another door calls it. */
  readonly login?: { readonly at: number; readonly method: string }
  readonly clientSecret?: Uint8Array | undefined
  verdict: Verdict
}

export function replaceVerdict(sender: Sender, verdict: Verdict): void {
  const { accessToken } = sender.verdict.credential
  if (accessToken !== verdict.credential.accessToken) accessToken?.octets.fill(0)
  sender.verdict = verdict
}

export function eraseSecrets({ clientSecret, verdict }: Sender): void {
  clientSecret?.fill(0)
  verdict.credential.accessToken?.octets.fill(0)
}
