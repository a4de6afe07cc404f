// Every (state, command) pair with the reply it must give and the state it must leave, played against a session; nothing unlisted.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from './commands.ts'
import { type Reply, replies } from './reply.ts'
import { SmtpServerSession } from './session.ts'
import { SESSION_TABLE, type SessionState } from './session-table.ts'

const LOGIN = ['EHLO app.example.test\r\n', 'AUTH PLAIN AHVzZXIAc2VjcmV0\r\n']
const MAIL = [...LOGIN, 'MAIL FROM:<a@example.test>\r\n']
const RCPT = [...MAIL, 'RCPT TO:<b@example.test>\r\n']
const WAYS: Readonly<Record<SessionState, readonly string[]>> = {
  clear: [],
  secured: [],
  greeted: ['EHLO app.example.test\r\n'],
  authenticated: LOGIN,
  transaction: MAIL,
  recipients: RCPT,
  chunks: [...RCPT, 'BDAT 1\r\nx'],
  chunksRefused: [...RCPT, 'BDAT 1\r\n\0'],
}

const SAID: Readonly<Record<Command, string>> = {
  EHLO: 'EHLO app.example.test\r\n',
  HELO: 'HELO app.example.test\r\n',
  STARTTLS: 'STARTTLS\r\n',
  AUTH: 'AUTH PLAIN AHVzZXIAc2VjcmV0\r\n',
  MAIL: 'MAIL FROM:<a@example.test>\r\n',
  RCPT: 'RCPT TO:<b@example.test>\r\n',
  DATA: 'DATA\r\nx\r\n.\r\n',
  BDAT: 'BDAT 1\r\nx',
  RSET: 'RSET\r\n',
  NOOP: 'NOOP\r\n',
  VRFY: 'VRFY ann\r\n',
  HELP: 'HELP\r\n',
  QUIT: 'QUIT\r\n',
  EXPN: 'EXPN staff\r\n',
  ETRN: 'ETRN example.test\r\n',
  HTTP: 'GET / HTTP/1.1\r\n',
  UNKNOWN: 'BOGUS\r\n',
}

/** Reply and state after; a lone reply leaves the state as it was. Where DATA is refused, `x` and `.` are unknown commands. */
type Expected = string | readonly [reply: string, after: SessionState | 'closed']

const BAD_SEQUENCE = '503 5.5.1'
const refusedData = (reply: string): string => `${reply}, 500 5.5.1, 500 5.5.1`
const ALWAYS = {
  NOOP: '250 2.0.0',
  QUIT: ['221 2.0.0', 'closed'],
  EXPN: '502 5.5.1',
  ETRN: '502 5.5.1',
  HTTP: ['421 4.7.0', 'closed'],
  UNKNOWN: '500 5.5.1',
} as const
const WITHOUT_LOGIN = { ...ALWAYS, VRFY: '530 5.7.0', HELP: '530 5.7.0', RSET: '250 2.0.0' } as const
const WITH_LOGIN = {
  ...ALWAYS,
  EHLO: ['250', 'authenticated'],
  HELO: ['250', 'authenticated'],
  STARTTLS: BAD_SEQUENCE,
  AUTH: BAD_SEQUENCE,
  MAIL: BAD_SEQUENCE,
  RCPT: BAD_SEQUENCE,
  DATA: refusedData(BAD_SEQUENCE),
  BDAT: BAD_SEQUENCE,
  RSET: ['250 2.0.0', 'authenticated'],
  VRFY: '252 2.5.2',
  HELP: '214 2.0.0',
} as const

const EXPECTED: Readonly<Record<SessionState, Readonly<Record<Command, Expected>>>> = {
  clear: {
    ...WITHOUT_LOGIN,
    EHLO: '250',
    HELO: '250',
    STARTTLS: ['220 2.0.0', 'secured'],
    AUTH: '538 5.7.11',
    MAIL: '530 5.7.0',
    RCPT: '530 5.7.0',
    DATA: refusedData('530 5.7.0'),
    BDAT: '530 5.7.0',
  },
  secured: {
    ...WITHOUT_LOGIN,
    EHLO: ['250', 'greeted'],
    HELO: ['250', 'greeted'],
    STARTTLS: BAD_SEQUENCE,
    AUTH: BAD_SEQUENCE,
    MAIL: BAD_SEQUENCE,
    RCPT: BAD_SEQUENCE,
    DATA: refusedData(BAD_SEQUENCE),
    BDAT: BAD_SEQUENCE,
  },
  greeted: {
    ...WITHOUT_LOGIN,
    EHLO: '250',
    HELO: '250',
    STARTTLS: BAD_SEQUENCE,
    AUTH: ['235 2.7.0', 'authenticated'],
    MAIL: '530 5.7.0',
    RCPT: '530 5.7.0',
    DATA: refusedData('530 5.7.0'),
    BDAT: '530 5.7.0',
  },
  authenticated: { ...WITH_LOGIN, MAIL: ['250 2.1.0', 'transaction'] },
  transaction: {
    ...WITH_LOGIN,
    RCPT: ['250 2.1.5', 'recipients'],
    DATA: refusedData('554 5.5.1'),
    BDAT: ['554 5.5.1', 'chunksRefused'],
  },
  recipients: {
    ...WITH_LOGIN,
    RCPT: '250 2.1.5',
    DATA: ['354, 250 2.0.0', 'authenticated'],
    BDAT: ['250 2.0.0', 'chunks'],
  },
  chunks: { ...WITH_LOGIN, BDAT: '250 2.0.0' },
  chunksRefused: WITH_LOGIN,
}

/** Commands whose replies tell the state; only the last one changes it, in some. */
const PROBES = ['AUTH', 'HELP', 'MAIL', 'RCPT', 'DATA x', 'BDAT 0'].map((line) => `${line}\r\n`)

class Client {
  readonly #session: SmtpServerSession
  closed = false

  constructor(state: SessionState) {
    this.#session = new SmtpServerSession({
      hostname: 'mail.example.test',
      implicitTls: state !== 'clear',
      mechanisms: ['PLAIN'],
      sizeLimit: 1000,
      recipientLimit: 10,
    })
    this.#session.takeOutput()
    for (const octets of WAYS[state]) this.say(octets)
  }

  /** Status of every reply that comes, the owner saying yes to everything. */
  say(octets: string): string {
    this.#session.receive(Buffer.from(octets, 'latin1'))
    const answers: Readonly<Record<string, Reply>> = {
      AuthRequested: replies.authenticated,
      MailRequested: replies.senderOk,
      RcptRequested: replies.recipientOk,
      ContentEnded: replies.queued('ID'),
    }
    let event = this.#session.next()
    while (event.type !== 'NeedOctets' && event.type !== 'Closed') {
      const answer = answers[event.type]
      if (answer !== undefined) this.#session.answer(answer)
      if (event.type === 'TlsRequested') this.#session.tlsStarted()
      event = this.#session.next()
    }
    this.closed = event.type === 'Closed'
    const output = Buffer.from(this.#session.takeOutput() ?? []).toString('latin1')
    return output.match(/^\d{3}(?= )(?: \d\.\d\.\d+)?/gm)?.join(', ') ?? ''
  }

  probe(): string {
    return PROBES.map((probe) => this.say(probe)).join(' | ')
  }
}

const states = Object.keys(SESSION_TABLE) as SessionState[]
const fingerprints = new Map(states.map((state) => [state, new Client(state).probe()]))

test('the states can be told apart', () => {
  assert.equal(new Set(fingerprints.values()).size, states.length)
})

for (const state of states) {
  for (const command of Object.keys(SESSION_TABLE[state]) as Command[]) {
    test(`${state}: ${command}`, () => {
      const expected = EXPECTED[state][command]
      const [reply, after] = typeof expected === 'string' ? [expected, state] : expected
      const client = new Client(state)
      assert.equal(client.say(SAID[command]), reply)
      assert.equal(client.closed, after === 'closed')
      if (after !== 'closed') assert.equal(client.probe(), fingerprints.get(after))
    })
  }
}
