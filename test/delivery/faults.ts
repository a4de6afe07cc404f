// What can go wrong with a receiving server, by stage: how a script of `scripted-smtp-server.ts` is made to do it. Only what is done is
// here; what it has to come to is a matter of the tests.

import type { Act, Peer, Script, ScriptStage } from '../fixtures/scripted-smtp-server.ts'

export type FaultName =
  | 'close'
  | 'reset'
  | 'silence'
  | 'drip'
  | '4xx'
  | '5xx'
  | '421'
  | 'garbage'
  | 'endless reply'
  | 'giant reply'
  | 'wrong code'

type Fault = (peer: Peer) => void

const close: Fault = (peer) => peer.close()
/** It answers nothing any more, not even what was pipelined. */
const silence: Fault = (peer) => peer.listen(() => {})
/** A moment later, so that whoever connected has seen it. */
const reset: Fault = (peer) => {
  silence(peer)
  setImmediate(() => peer.reset())
}
const drip =
  (piece: string): Fault =>
  (peer) => {
    silence(peer)
    peer.drip(piece)
  }
const say =
  (octets: string | Uint8Array): Fault =>
  (peer) =>
    peer.write(octets)

/** Noise that no line end makes a reply of. */
const GARBAGE = Buffer.from('\0\xff\x16\x03\x01\x1b[2Jno SMTP at all\r\n', 'latin1')

const fault = (wrongCode: string): Readonly<Record<FaultName, Fault>> => ({
  close,
  reset,
  silence,
  drip: drip('2'),
  '4xx': say('451 4.3.0 not now\r\n'),
  '5xx': say('550 5.7.1 not you\r\n'),
  '421': (peer) => {
    peer.write('421 4.3.2 going down\r\n')
    peer.socket.end()
  },
  garbage: say(GARBAGE),
  'endless reply': drip('250-and then\r\n'.repeat(20)),
  'giant reply': say(`250 ${'x'.repeat(70_000)}\r\n`),
  'wrong code': say(`${wrongCode}\r\n`),
})

const scripted = (stage: ScriptStage, wrongCode: string): Readonly<Record<FaultName, Script>> => {
  const acts = Object.entries(fault(wrongCode)).map(([name, act]) => [name, { [stage]: act satisfies Act }])
  return Object.fromEntries(acts) as Readonly<Record<FaultName, Script>>
}

/** A recipient whose local part is `first` meets the fault, others do not. */
const forFirst =
  (act: Fault): Act =>
  (peer, line) =>
    line.includes('<first@') ? act(peer) : peer.write('250 2.1.5 ok\r\n')

const scriptedForFirst = (): Readonly<Record<string, Script>> =>
  Object.fromEntries(Object.entries(fault('354 go on')).map(([name, act]) => [name, { RCPT: forFirst(act) }]))

/** What servers say of one recipient. */
const REFUSALS = {
  'no such mailbox': '550 5.1.1 no such mailbox',
  'no such mailbox, without an enhanced code': '550 no such mailbox',
  'mailbox full': '452 4.2.2 mailbox full',
  'too many recipients': '552 too many recipients',
}

const refusalsOfFirst = (): Readonly<Record<string, Script>> =>
  Object.fromEntries(Object.entries(REFUSALS).map(([name, reply]) => [name, { RCPT: forFirst(say(`${reply}\r\n`)) }]))

const afterStartTls =
  (act: Fault): Act =>
  (peer) => {
    peer.write('220 2.0.0 go on\r\n')
    peer.listen(() => act(peer))
  }

/** In place of a handshake. Each server says what it has to say once. */
function handshakes(): Readonly<Record<string, Script>> {
  const faults = fault('220 2.0.0 go on')
  const names = ['close', 'reset', 'silence', 'drip', '5xx', 'garbage'] as const
  return Object.fromEntries(names.map((name) => [name, { STARTTLS: afterStartTls(faults[name]) }]))
}

/** By stage, then by fault. */
export const SCRIPTS: Readonly<Record<string, Readonly<Record<string, Script>>>> = {
  greeting: scripted('greeting', '250 2.0.0 hello'),
  EHLO: scripted('EHLO', '354 go on'),
  STARTTLS: scripted('STARTTLS', '250 2.0.0 fine'),
  TLS: handshakes(),
  AUTH: scripted('AUTH', '354 go on'),
  MAIL: scripted('MAIL', '354 go on'),
  RCPT: { ...scriptedForFirst(), ...refusalsOfFirst() },
  DATA: scripted('DATA', '250 2.0.0 no need'),
  content: scripted('DATA', '354 go on'),
  end: scripted('end', '354 go on'),
}

/** The message is sent as far as `stop` octets of `.CRLF`, then the connection is lost. */
export const loseAtDot = (stop: number, size: number, how: 'close' | 'reset'): Script => ({
  DATA: (peer) => {
    let read = 0
    peer.write('354 go on\r\n')
    peer.listen((piece) => {
      read += piece.length
      if (read >= size + stop) peer[how]()
    })
  },
})
