// XOAUTH2 and OAUTHBEARER: which responses hold a user name and a token, which do not, and what neither keeps.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SaslMechanism, SaslStep } from './mechanism.ts'
import { startOauthbearer } from './oauthbearer.ts'
import { startXoauth2 } from './xoauth2.ts'

type Case = readonly [name: string, response: string, user?: string, token?: string]

const MECHANISMS: Readonly<Record<string, { readonly start: () => SaslMechanism; readonly cases: readonly Case[] }>> = {
  XOAUTH2: {
    start: startXoauth2,
    cases: [
      ['as Google and Microsoft write it', 'user=u\x01auth=Bearer t\x01\x01', 'u', 't'],
      ['scheme in small letters, two blanks', 'user=u\x01auth=bearer  t\x01\x01', 'u', 't'],
      ['pairs the other way round', 'auth=Bearer t\x01user=u\x01\x01', 'u', 't'],
      ['a pair nobody knows', 'user=u\x01auth=Bearer t\x01vendor=x\x01\x01', 'u', 't'],
      ['every character of a token', 'user=u\x01auth=Bearer aZ0._~+/-==\x01\x01', 'u', 'aZ0._~+/-=='],
      ['a user name in UTF-8, with = and ,', 'user=\xc3\xbc=,|\x01auth=Bearer t\x01\x01', 'ü=,|', 't'],
      [
        'longest user name and token',
        `user=${'u'.repeat(255)}\x01auth=Bearer ${'t'.repeat(16384)}\x01\x01`,
        'u'.repeat(255),
      ],
      ['empty', ''],
      ['the octet 1 alone', '\x01'],
      ['no separator at the end', 'user=u\x01auth=Bearer t'],
      ['one separator at the end', 'user=u\x01auth=Bearer t\x01'],
      ['three separators at the end', 'user=u\x01auth=Bearer t\x01\x01\x01'],
      ['an empty pair', 'user=u\x01\x01auth=Bearer t\x01\x01'],
      ['a separator in front', '\x01user=u\x01auth=Bearer t\x01\x01'],
      ['something behind the end', 'user=u\x01auth=Bearer t\x01\x01x'],
      ['no user name', 'auth=Bearer t\x01\x01'],
      ['an empty user name', 'user=\x01auth=Bearer t\x01\x01'],
      ['a user name too long', `user=${'u'.repeat(256)}\x01auth=Bearer t\x01\x01`],
      ['a user name not UTF-8', 'user=\xff\x01auth=Bearer t\x01\x01'],
      ['a command in the user name', 'user=u\r\nMAIL FROM:<a@b>\x01auth=Bearer t\x01\x01'],
      ['two user names', 'user=u\x01user=v\x01auth=Bearer t\x01\x01'],
      ['two authorizations', 'user=u\x01auth=Bearer t\x01auth=Bearer s\x01\x01'],
      ['no authorization', 'user=u\x01\x01'],
      ['no token', 'user=u\x01auth=Bearer \x01\x01'],
      ['another scheme', 'user=u\x01auth=Basic dTpw\x01\x01'],
      ['no scheme', 'user=u\x01auth=t\x01\x01'],
      ['a blank in the token', 'user=u\x01auth=Bearer t t\x01\x01'],
      ['a NUL in the token', 'user=u\x01auth=Bearer t\0\x01\x01'],
      ['a token too long', `user=u\x01auth=Bearer ${'t'.repeat(16385)}\x01\x01`],
      ['a key that is none', 'us-er=u\x01auth=Bearer t\x01\x01'],
      ['a pair without =', 'user=u\x01auth\x01\x01'],
    ],
  },
  OAUTHBEARER: {
    start: startOauthbearer,
    cases: [
      ['RFC 7628 §4.1', 'n,a=u@e.test,\x01host=server.e.test\x01port=587\x01auth=Bearer t\x01\x01', 'u@e.test', 't'],
      ['without host and port', 'n,a=u,\x01auth=Bearer t\x01\x01', 'u', 't'],
      ['another host and port', 'n,a=u,\x01host=elsewhere\x01port=1\x01auth=Bearer t\x01\x01', 'u', 't'],
      ['channel binding thought missing', 'y,a=u,\x01auth=Bearer t\x01\x01', 'u', 't'],
      ['comma and equals sign in the name', 'n,a=a=2Cb=3Dc,\x01auth=Bearer t\x01\x01', 'a,b=c', 't'],
      ['a pipe in the name', 'n,a=r|a|t,\x01auth=Bearer t\x01\x01', 'r|a|t', 't'],
      ['the dummy response', '\x01'],
      ['empty', ''],
      ['channel binding', 'p=tls-exporter,a=u,\x01auth=Bearer t\x01\x01'],
      ['a non-standard flag', 'F,n,a=u,\x01auth=Bearer t\x01\x01'],
      ['no name', 'n,,\x01auth=Bearer t\x01\x01'],
      ['an empty name', 'n,a=,\x01auth=Bearer t\x01\x01'],
      ['a bare equals sign in the name', 'n,a=u=v,\x01auth=Bearer t\x01\x01'],
      ['a bare comma in the name', 'n,a=u,v,\x01auth=Bearer t\x01\x01'],
      ['no comma behind the name', 'n,a=u\x01auth=Bearer t\x01\x01'],
      ['no separator behind the header', 'n,a=u,auth=Bearer t\x01\x01'],
      ['two separators behind the header', 'n,a=u,\x01\x01auth=Bearer t\x01\x01'],
      ['a control character in the name', 'n,a=u\n,\x01auth=Bearer t\x01\x01'],
      ['two authorizations', 'n,a=u,\x01auth=Bearer t\x01auth=Bearer s\x01\x01'],
      ['no authorization', 'n,a=u,\x01host=h\x01\x01'],
      ['a port that is none', 'n,a=u,\x01port=smtp\x01auth=Bearer t\x01\x01'],
      ['XOAUTH2 by mistake', 'user=u\x01auth=Bearer t\x01\x01'],
    ],
  },
}

const octets = (text: string): Buffer => Buffer.from(text, 'latin1')

function assertStep(step: SaslStep, [, , user, token]: Case): void {
  if (user === undefined) return assert.equal(step.type, 'malformed')
  assert.ok(step.type === 'credentials' && step.credentials.type === 'token')
  const { authenticationIdentity, authorizationIdentity } = step.credentials
  assert.deepEqual([authenticationIdentity, authorizationIdentity], [user, ''])
  if (token !== undefined) assert.equal(Buffer.from(step.credentials.token).toString('latin1'), token)
  assert.equal(step.credentials.token.buffer.byteLength, step.credentials.token.length, 'memory of its own')
}

for (const [name, { start, cases }] of Object.entries(MECHANISMS)) {
  for (const one of cases)
    test(`${name}: ${one[0]}`, () => {
      const response = octets(one[1])
      const step = start().next(response)
      assertStep(step, one)
      assert.ok(
        response.every((octet) => octet === 0),
        'the response is zeroed',
      )
    })

  test(`${name} without initial response asks with an empty challenge`, () => {
    assert.deepEqual(start().next(undefined), { type: 'challenge', challenge: new Uint8Array(0) })
  })

  test(`${name}: the failure is one JSON object that fits a reply line and says nothing of the cause`, () => {
    const told = Buffer.from(start().failureChallenge ?? [])
    const status = name === 'XOAUTH2' ? '401' : 'invalid_token'
    const scope = 'https://communication.azure.com/.default'
    assert.deepEqual(JSON.parse(told.toString()), { status, schemes: 'bearer', scope })
    assert.ok(told.toString('base64').length < 500)
  })
}
