// Fixture: users of tenant A who have signed in, and Graph in their name.

import assert from 'node:assert/strict'
import { AT } from '../../storage/two-tenants.fixture.ts'
import { Browser, Client, NAME, type Page, PASSWORD } from '../sign-in/sign-in.fixture.ts'
import { type GraphFixture, openGraphFixture } from './graph.fixture.ts'

export type People = Awaited<ReturnType<typeof openPeople>>

/** Waiting takes no time. */
export async function openPeople() {
  const clock = { now: () => AT }
  const after = (_: number, callback: () => void) => {
    queueMicrotask(callback)
    return () => {}
  }
  const graph = await openGraphFixture({ dependencies: { clock: { now: () => clock.now(), after } } })
  clock.now = () => graph.state.now
  return { ...graph, ...peopleOf(graph) }
}

function peopleOf(graph: GraphFixture) {
  const client = new Client(graph)
  const signIn = async (password = PASSWORD, username = NAME, browser = new Browser(graph)): Promise<Page> =>
    browser.submit(await browser.open(client.path()), { username, password })
  return {
    client,
    signIn,
    /** A user whom the administrator has made, with this password. */
    createUser: (userPrincipalName = NAME, password = PASSWORD, force = false) =>
      graph.create('/users', {
        accountEnabled: true,
        displayName: 'Someone',
        mailNickname: 'someone',
        userPrincipalName,
        passwordProfile: { password, forceChangePasswordNextSignIn: force },
      }),
    async tokenOfUser(password = PASSWORD, username = NAME): Promise<string> {
      const { location } = await signIn(password, username)
      return client.token(location?.searchParams.get('code') ?? assert.fail('did not sign in'))
    },
  }
}
