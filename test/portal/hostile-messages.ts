// Messages whose senders mean harm to whoever looks at them in a browser: through the subject, headers, HTML, text, or the names of
// attachments. Each says what must not come of it. They are messages that the service accepts, so they hold no NUL and no bare line ends
// but encoded ones; lines are of at most 998 octets. RFC 5322, RFC 2047, RFC 2231.

export type HostileMessage = {
  readonly name: string
  /** Headers and body, with LF; `From`, `To`, `Date` and `Message-ID` are left to whoever sends it. */
  readonly source: string
  /** What must be seen, as text, on the page of the message. */
  readonly shown: readonly string[]
  /** What must not be seen anywhere outside of its source: it would mean that something was left as it was. */
  readonly absent?: readonly string[]
}

/** Asked by nobody who only looks. */
export const TRAP = 'http://trap.invalid'

/** No character is spread over two words, and every word is short enough. */
const encoded = (text: string): string =>
  (text.match(/[^]{1,12}/gu) ?? []).map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`).join('\n ')

/** RFC 2231 §4, in pieces. */
const parameter = (name: string, text: string): string =>
  [...Buffer.from(text)]
    .map((octet) => `%${octet.toString(16).padStart(2, '0')}`)
    .join('')
    .match(/(?:%..){1,20}/g)
    ?.map((piece, index) => `${name}*${index}*=${index === 0 ? "utf-8''" : ''}${piece}`)
    .join(';\n ') ?? ''

const folded = (octets: Buffer): string =>
  octets
    .toString('base64')
    .match(/.{1,76}/g)
    ?.join('\n') ?? ''

const attachment = (fileName: string, type: string, content: string): string => `--b
Content-Type: ${type}
Content-Disposition: attachment; ${parameter('filename', fileName)}
Content-Transfer-Encoding: base64

${folded(Buffer.from(content))}
`

const mixed = (...parts: readonly string[]): string => `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

${parts.join('')}--b--
`

const html = (subject: string, body: string): string => `Subject: ${subject}
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${folded(Buffer.from(body))}
`

const RUN = "document.title='harmed';parent.document.title='harmed'"

const SCRIPTS = `<!doctype html><html><head><base href="${TRAP}/"><meta http-equiv="refresh" content="0;url=${TRAP}/refresh">
<script>${RUN}</script><script src="${TRAP}/script.js"></script><title>harmed</title></head>
<body onload="${RUN}"><h1>Invoice 4711</h1><img src="x" onerror="${RUN}"><svg onload="${RUN}"><a xlink:href="javascript:${RUN}">
<text y="20">draw</text></a></svg><a id="way" href="javascript:${RUN}">Pay now</a><iframe src="${TRAP}/frame"></iframe>
<iframe srcdoc="<script>${RUN}</script>"></iframe><object data="${TRAP}/object"></object><embed src="${TRAP}/embed">
<form action="${TRAP}/form"><input name="password" autofocus onfocus="${RUN}"><button formaction="${TRAP}/button">Sign in</button></form>
<math><mtext></form><form><mglyph><style></math><img src onerror="${RUN}"></style></mglyph></form></mtext></math>
<noscript><p title="</noscript><img src=x onerror='${RUN}'>"></noscript></body></html>`

const REMOTE = `<html><head><link rel="stylesheet" href="${TRAP}/style.css"><link rel="preconnect" href="${TRAP}">
<link rel="dns-prefetch" href="//trap.invalid"><link rel="prefetch" href="${TRAP}/prefetch">
<style>@import "${TRAP}/import.css"; @font-face { font-family: x; src: url(${TRAP}/font) } body { background: url(${TRAP}/body.png); font-family: x }</style>
</head><body background="${TRAP}/background.png"><p>Your parcel is waiting</p><img src="${TRAP}/pixel.gif" width="1" height="1">
<img srcset="${TRAP}/set.png 2x"><picture><source srcset="${TRAP}/source.png"><img src="//trap.invalid/picture.png"></picture>
<video src="${TRAP}/video.mp4" poster="${TRAP}/poster.png" autoplay></video><audio src="${TRAP}/audio.mp3" autoplay></audio>
<div style="background-image: url('${TRAP}/inline.png'); position: fixed; inset: 0">over everything</div>
<a href="${TRAP}/way" ping="${TRAP}/ping" target="_top">Track it</a></body></html>`

/** Elements whose names are those of what a document or a form has by itself. */
const NAMES = [
  'head',
  'body',
  'documentElement',
  'querySelectorAll',
  'createElement',
  'attributes',
  'getAttribute',
  'style',
  'remove',
]
const CLOBBERING = `${NAMES.map((name) => `<img name="${name}" src="${TRAP}/${name}.png"><form name="${name}"></form>`).join('')}
<form onclick="${RUN}">${NAMES.map((name) => `<input name="${name}" onfocus="${RUN}">`).join('')}</form>
<div style="--x: url(${TRAP}/variable.png); background: var(--x)">Standing in front</div>`

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export const hostileMessages: readonly HostileMessage[] = [
  {
    name: 'HTML in the subject',
    source: `Subject: <img src=x onerror="${RUN}"><b>bold</b>
X-Note: <script>${RUN}</script>

text
`,
    shown: ['<b>bold</b>'],
  },
  {
    name: 'a subject that turns its text around',
    source: `Subject: ${encoded('Invoice \u202efdp.exe\u202c \u2066hidden\u2069 \u200f\u061c')}

text
`,
    shown: ['U+202E', 'U+2066'],
    absent: ['\u202e', '\u2066', '\u061c'],
  },
  {
    name: 'controls and NUL in a subject',
    source: `Subject: ${encoded('one\u0000two\u0007\u001b[31mred\u0085\u2028next')}

text
`,
    shown: ['two'],
    absent: ['\u0000', '\u001b', '\u2028'],
  },
  {
    name: 'a subject and a header without an end',
    source: `Subject: ${'W'.repeat(900)}
X-Long: ${'x'.repeat(900)}
 ${'y'.repeat(900)}

${'z'.repeat(900)}
`,
    shown: ['WWW'],
  },
  {
    name: 'marks heaped on letters',
    source: `Subject: ${encoded(`Z${'\u0334\u0353\u030f'.repeat(60)}algo`)}

text
`,
    shown: ['algo'],
  },
  { name: 'HTML that runs', source: html('Invoice 4711', SCRIPTS), shown: ['Invoice 4711'], absent: ['harmed'] },
  {
    name: 'a style sheet of addresses without an end',
    source: html('Sheet', `<style>p { content: "${'url( '.repeat(400_000)}" }</style><p>Looked at`),
    shown: ['Sheet'],
  },
  { name: 'HTML that loads', source: html('Parcel', REMOTE), shown: ['Parcel'] },
  { name: 'HTML whose names stand in front of others', source: html('Names', CLOBBERING), shown: ['Names'] },
  {
    name: 'HTML that never ends',
    source: html(
      'Unclosed',
      `<div>${'<div><b><table><td>'.repeat(2000)}deep<!-- <style>body{display:none}</style><plaintext>`,
    ),
    shown: ['Unclosed'],
  },
  {
    name: 'an image of its own, and one that only says so',
    source: `Subject: Image
MIME-Version: 1.0
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html

<p>Ours:</p><img src="cid:one%40here" alt="own"><img src="cid:none" alt="none"><img src="data:text/html,<script>${RUN}</script>" alt="page">
--b
Content-Type: image/png
Content-ID: <one@here>
Content-Transfer-Encoding: base64

${PIXEL}
--b
Content-Type: image/svg+xml
Content-ID: <two@here>

<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><image href="${TRAP}/svg.png"/></svg>
--b--
`,
    shown: ['Image'],
  },
  {
    name: 'names of attachments',
    source: `Subject: Attachments
${mixed(
  attachment('../../.bashrc', 'text/plain', 'path'),
  attachment('C:\\Windows\\System32\\con.txt', 'text/plain', 'device'),
  attachment('invoice\u202efdp.exe', 'application/pdf', 'turned'),
  attachment('<img src=x onerror=alert(1)>.html', 'text/html', `<script>${RUN}</script>`),
  attachment(`${'long'.repeat(100)}.pdf`, 'application/pdf', 'long'),
  attachment('a\u0000b\r\nc.svg', 'image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"/>`),
  attachment('', 'application/octet-stream', 'nameless'),
)}`,
    shown: ['Attachments (7)'],
    absent: ['\u202e'],
  },
  {
    name: 'parts within parts',
    source: `Subject: Nested
MIME-Version: 1.0
${Array.from(
  { length: 300 },
  (_none, depth) => `Content-Type: multipart/mixed; boundary=b${depth}

--b${depth}
`,
).join('')}Content-Type: text/plain

at the bottom
`,
    shown: ['Nested'],
  },
  {
    name: 'octets of no charset',
    source: `Subject: =?no-such-charset?Q?=FF=FE?= =?utf-8?B?////?=
MIME-Version: 1.0
Content-Type: text/plain; charset="<script>"
Content-Transfer-Encoding: quoted-printable

=00=FF=FE=E2=80=AE turned =1B[2J
`,
    shown: [],
    absent: ['\u0000', '\u202e'],
  },
]
