// What a test of a program that sends mail looks like, with nothing but Node: signs in, sends, and finds the message in the capture
// inbox; then asks for a fault and sees the program meet it. A real test would use its own mail library in the place of `converse`.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from 'node:tls'

const data = process.env.POSTERN_DATA_DIR ?? './postern-data'
const settings = JSON.parse(readFileSync(join(data, 'quickstart.json'), 'utf8'))
const { application, administrator, usernames, senderAddress, smtp, tenantId } = settings
const ca = readFileSync(settings.caFile)

/** Says the lines one after the other, and gives the last reply. */
async function converse(lines) {
  const socket = connect({ host: smtp.host, port: smtp.implicitTlsPort, ca, servername: smtp.host })
  const replies = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]()
  const reply = async () => {
    for (;;) {
      const { value, done } = await replies.next()
      if (done) throw new Error('the connection was closed')
      if (value[3] !== '-') return value
    }
  }
  let last = await reply()
  for (const line of lines) {
    socket.write(`${line}\r\n`)
    last = await reply()
    if (last[0] > '3') break
  }
  socket.end()
  return last
}

const login = Buffer.from(`\0${usernames.dot}\0${application.clientSecret}`).toString('base64')
const send = (recipient, subject) =>
  converse([
    'EHLO tests.example',
    `AUTH PLAIN ${login}`,
    `MAIL FROM:<${senderAddress}>`,
    `RCPT TO:<${recipient}>`,
    'DATA',
    `From: <${senderAddress}>\r\nTo: <${recipient}>\r\nSubject: ${subject}\r\n\r\nHello.\r\n.`,
  ])

const base = settings.https.url
const form = new URLSearchParams({
  grant_type: 'client_credentials',
  client_id: administrator.applicationId,
  client_secret: administrator.clientSecret,
  scope: `${base}.default`,
})
const token = await (await fetch(`${base}${tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form })).json()
const headers = { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' }
const api = (method, path, body) =>
  fetch(`${base}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })

assert.match(await send('someone@example.com', 'from a test'), /^250 2\.0\.0 Ok: queued as /)
let found
for (let look = 0; look < 50 && found === undefined; look += 1) {
  const { value } = await (await api('GET', 'capture/messages')).json()
  found = value.find(({ subject }) => subject === 'from a test')
  if (found === undefined) await new Promise((resolve) => setTimeout(resolve, 100))
}
assert.deepEqual(found?.envelope.recipients, ['someone@example.com'])

const { applicationId } = application
const fault = await api('POST', 'providers/Postern.Mail/faults', { applicationId, kind: 'expired-secret' })
assert.equal(fault.status, 201)
const { id } = await fault.json()
try {
  assert.match(await send('someone@example.com', 'refused'), /^535 /)
} finally {
  await api('DELETE', `providers/Postern.Mail/faults/${id}`)
}
assert.match(await send('someone@example.com', 'again'), /^250 /)
console.log('ok')
