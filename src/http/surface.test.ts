// The one form of a path that routes are matched on, and the API that a path belongs to.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routingPath, surfaceOf } from './surface.ts'

const paths: readonly [string, string][] = [
  ['/', '/'],
  ['/a/b', '/a/b'],
  ['/a//b///c', '/a/b/c'],
  ['//subscriptions//x', '/subscriptions/x'],
  ['/Providers/Postern.Mail/Messages/', '/providers/postern.mail/messages'],
  ["/v1.0/applications(appId='X')", "/v1.0/applications(appid='x')"],
  ['/v1.0/applications(appId=%27X%27)', "/v1.0/applications(appid='x')"],
  ['/v1.0/applications%28appId=%27X%27%29/addPassword', "/v1.0/applications(appid='x')/addpassword"],
  ['/capture/messages/a%2Fb/raw', '/capture/messages/a%2fb/raw'],
  ['/emails%3Asend', '/emails:send'],
]
for (const [path, expected] of paths) {
  test(`the routing path of ${path}`, () => {
    // The base has no place in a URL that begins with two slashes.
    assert.equal(routingPath(new Request(`https://localhost${path}?a=b//C`)), expected)
  })
}

const GUID = '00000000-1111-4222-8333-444444444444'
const surfaces: readonly [string, string][] = [
  ['/v1.0/applications', 'graph'],
  ['/v1.0', 'graph'],
  ['/v1.0x', 'arm'],
  [`/${GUID}/oauth2/v2.0/token`, 'entra'],
  [`/${GUID}`, 'entra'],
  ['/common/discovery/instance', 'entra'],
  ['/contoso.test/oauth2/v2.0/token', 'entra'],
  ['/subscriptions/x', 'arm'],
  ['/capture/messages', 'arm'],
  ['/', 'arm'],
]
for (const [path, expected] of surfaces) {
  test(`${path} belongs to ${expected}`, () => assert.equal(surfaceOf(path), expected))
}
