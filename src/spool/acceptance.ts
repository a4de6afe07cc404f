// What was known of a message when it was accepted: who signed in and how, what gave the right to send, and what the checks found. It is
// kept in the message's own row, so it costs no write of its own, and tells an operator later why the 250 was given. No secret is in it.

/** One role assignment that gave the right, where it stands. */
export type GrantingRole = {
  readonly role: string
  readonly scope: string
  /** That holds it, where it is not the principal itself. */
  readonly group?: string
}

/** Why the sender was let through: by every required action, or by the one data action that stands for them. */
export type Grant = { readonly via: 'actions' | 'dataAction'; readonly roles: readonly GrantingRole[] }

export type Acceptance = {
  /** The door it came in by. */
  readonly listener: string
  /** Version and cipher. */
  readonly tls?: string
  readonly username: string
  /** Absent where nobody signed in, because the network stands for it. */
  readonly login?: { readonly at: number; readonly method: string }
  readonly grant?: Grant
  /** The reverse-path that was asked for, where the default of the user name took its place. */
  readonly replaced?: string
  /** What the operator's own check said. */
  readonly contentCheck?: { readonly type: 'accepted' | 'unavailable'; readonly detail: string }
}

/** Octets of an acceptance as JSON. */
export const LARGEST_ACCEPTANCE = 1024

/** Of any one text. */
const LONGEST_TEXT = 200

/** The same within LARGEST_ACCEPTANCE: texts are cut first, then what explains least is left out. */
export function boundedAcceptance(acceptance: Acceptance): Acceptance {
  const cut = JSON.parse(JSON.stringify(acceptance), (_key, value: unknown) =>
    typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : value,
  ) as Acceptance
  const { contentCheck: _check, ...unchecked } = cut
  const { replaced: _replaced, grant, ...least } = unchecked
  const role = grant?.roles.slice(0, 1) ?? []
  const smaller = [cut, unchecked, { ...least, ...(grant && { grant: { ...grant, roles: role } }) }]
  return smaller.find((one) => Buffer.byteLength(JSON.stringify(one)) <= LARGEST_ACCEPTANCE) ?? bare(least)
}

const bare = ({ listener, username, login }: Acceptance): Acceptance => ({
  listener: listener.slice(0, 40),
  username: username.slice(0, 80),
  ...(login && { login: { at: login.at, method: login.method.slice(0, 20) } }),
})
