// One question to the DNS as octets, and what an answer says to it. The codec is dns-packet; what it read is trusted in nothing: an
// answer is to the very question, only records count whose owner is the name asked for or what that is an alias of, and no octet of a name
// gets out that could not be printed. It knows no servers. RFC 1035 §4.1, RFC 2181 §10.1, RFC 6891, RFC 6840 §5.7, RFC 4035 §3.2.3.

import {
  type Answer,
  AUTHENTIC_DATA,
  type DecodedPacket,
  decode,
  DNSSEC_OK,
  encode,
  type OptAnswer,
  RECURSION_DESIRED,
  type StringAnswer,
} from 'dns-packet'
import type { MailExchange, TlsaRecord } from './dns.ts'

/** What the data of a record becomes, by type. */
export type RecordData = {
  readonly TXT: string
  readonly CNAME: string
  readonly MX: MailExchange
  readonly A: string
  readonly AAAA: string
  readonly TLSA: TlsaRecord
}
export type QuestionType = keyof RecordData
/** `name` as `isQueryName` has it. */
export type Question<Type extends QuestionType = QuestionType> = { readonly name: string; readonly type: Type }

export type Response<Data> =
  | { readonly type: 'answered'; readonly records: readonly Data[]; readonly isAuthentic: boolean }
  /** There is more than a datagram holds. */
  | { readonly type: 'truncated' }
  /** The server says no answer but a code: `SERVFAIL`. */
  | { readonly type: 'refused'; readonly code: string }

/** Whether a query can hold it: labels of letters, digits, hyphens and underscores. RFC 1035 §2.3.4. */
export function isQueryName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/i.test(label))
}

/** A datagram of this size passes everywhere unfragmented. */
const DATAGRAM_SIZE = 1232

/** `wantsProof` asks for the AD bit: by itself as newer servers understand, and by DO for the others. */
export function encodeQuery(
  id: number,
  question: Question,
  { withEdns, wantsProof }: { readonly withEdns: boolean; readonly wantsProof: boolean },
): Buffer {
  const options: OptAnswer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: DATAGRAM_SIZE,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: wantsProof ? DNSSEC_OK : 0,
    flag_do: wantsProof,
    options: [],
  }
  return encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED | (wantsProof ? AUTHENTIC_DATA : 0),
    questions: [{ type: question.type, name: question.name, class: 'IN' }],
    ...(withEdns && { additionals: [options] }),
  })
}

/** Undefined for what is no answer to this query: from somebody else, or garbage. */
export function readResponse<Type extends QuestionType>(
  message: Buffer,
  id: number,
  question: Question<Type>,
): Response<RecordData[Type]> | undefined {
  const packet = decodePacket(message)
  if (packet === undefined || !packet.flag_qr || packet.id !== id) return undefined
  const code = (packet as { readonly rcode?: string }).rcode ?? ''
  const isAnswer = code === 'NOERROR' || code === 'NXDOMAIN'
  // A server that did not understand the question may leave it out.
  if (!asksFor(packet, question) && (isAnswer || packet.questions?.length !== 0)) return undefined
  if (!isAnswer) return { type: 'refused', code }
  if (packet.flag_tc) return { type: 'truncated' }
  const answers = follow(packet.answers ?? [], question)
  const records = answers.map((record) => readData[question.type](dataOf(record) as CodecData[Type]))
  // One that neither knows nor asks others has only said where to go on: that is no "none".
  if (records.length === 0 && !packet.flag_aa && !packet.flag_ra) return { type: 'refused', code: 'no recursion' }
  return { type: 'answered', records, isAuthentic: packet.flag_ad }
}

const HEADER_SIZE = 12
/** More answers than this are no answer: reading them would cost too much. */
const MAX_ANSWERS = 500

/** Only question and answers: nothing is taken from the other sections, so nothing in them can go wrong. */
function decodePacket(message: Buffer): DecodedPacket | undefined {
  if (message.length < HEADER_SIZE || message.readUInt16BE(4) > 1 || message.readUInt16BE(6) > MAX_ANSWERS) return
  const copy = Buffer.from(message)
  copy.fill(0, 8, HEADER_SIZE)
  try {
    const packet = decode(copy)
    // The codec reads on beyond the end, where nothing is.
    return decode.bytes > copy.length ? undefined : packet
  } catch {
    return
  }
}

function asksFor({ questions = [] }: DecodedPacket, { name, type }: Question): boolean {
  const [asked] = questions
  return asked?.type === type && asked.class === 'IN' && comparable(asked.name) === comparable(name)
}

const comparable = (name: string) => name.toLowerCase()

/** An answer that leads on for longer has nothing at its end. */
const MAX_ALIASES = 16

/** The records of the type asked for, of the name or of what it is an alias of. */
function follow(answers: readonly Answer[], question: Question): readonly Answer[] {
  let name = comparable(question.name)
  for (let followed = 0; followed <= MAX_ALIASES; followed += 1) {
    const own = answers.filter((answer) => isOfClassIn(answer) && comparable(answer.name) === name)
    const wanted = own.filter(({ type }) => type === question.type)
    const alias = own.find(isAlias)
    if (wanted.length > 0 || alias === undefined) return wanted
    name = comparable(alias.data)
  }
  return []
}

const isAlias = (answer: Answer): answer is StringAnswer => answer.type === 'CNAME'

const isOfClassIn = (answer: Answer) => 'class' in answer && answer.class === 'IN'

/** What the codec reads the data as. */
type CodecData = {
  readonly TXT: readonly Uint8Array[]
  readonly CNAME: string
  readonly MX: MailExchange
  readonly A: string
  readonly AAAA: string
  readonly TLSA: TlsaRecord
}

const dataOf = (record: Answer): unknown => ('data' in record ? record.data : undefined)

const readData: { readonly [Type in QuestionType]: (data: CodecData[Type]) => RecordData[Type] } = {
  TXT: (strings) => Buffer.concat(strings).toString('latin1'),
  CNAME: nameOf,
  MX: ({ preference, exchange }) => ({ preference, exchange: nameOf(exchange) }),
  A: (address) => address,
  AAAA: (address) => address,
  TLSA({ usage, selector, matchingType, certificate }) {
    return { usage, selector, matchingType, certificate: Uint8Array.from(certificate) }
  },
}

/** The root has the empty name. */
function nameOf(name: string): string {
  return name === '.' ? '' : name.replace(/[^\x21-\x7e]/g, '?')
}
