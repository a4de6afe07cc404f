// Which links of HTML are tracked, and that nothing else of it changes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readTarget } from './engagement-links.ts'
import { trackHtml } from './track-html.ts'

const VIEW = '<img src="V" width="1" height="1" alt="">'
const tracking = {
  clickOf: (address: string) => (readTarget(address) === undefined ? undefined : `[${readTarget(address)}]`),
  view: 'V',
}
const track = (html: string) => trackHtml(html, tracking)

/** `|` stands where the picture goes. */
const cases: readonly (readonly [name: string, html: string, tracked: string])[] = [
  ['a link', '<a href="http://a/">x</a>', '<a href="[http://a/]">x</a>|'],
  ['https', '<p><a href="https://a.test/b?c=d#e">x</a>', '<p><a href="[https://a.test/b?c=d#e]">x</a>|'],
  ['an area of a map', '<area href="http://a/">', '<area href="[http://a/]">|'],
  [
    'single quotes, none, blanks',
    `<a href='http://a/'><a href=http://b/ ><a HREF = "http://c/">`,
    '<a href="[http://a/]"><a href="[http://b/]" ><a href="[http://c/]">|',
  ],
  ['over lines', '<a\r\n  class=x\r\n  href="http://a/"\r\n>', '<a\r\n  class=x\r\n  href="[http://a/]"\r\n>|'],
  [
    'other attributes',
    `<a title="a > b" href="http://a/" data-x='&amp;'>`,
    `<a title="a > b" href="[http://a/]" data-x='&amp;'>|`,
  ],
  ['character references', '<a href="http://a/?x=1&amp;y=2">', '<a href="[http://a/?x=1&y=2]">|'],
  ['a line end within', '<a href="http://a/\r\nb">', '<a href="[http://a/b]">|'],
  [
    'letters beyond ASCII',
    '<a href="http://\u{e4}.test/\u{fc}?\u{20ac}">',
    '<a href="[http://xn--4ca.test/%C3%BC?%E2%82%AC]">|',
  ],
  ['capitals', '<A HREF="HTTP://A.TEST/B">x</A>', '<A href="[http://a.test/B]">x</A>|'],
  [
    'a drawing',
    '<svg><a href="http://a/"><text>x</text></a></svg>',
    '<svg><a href="[http://a/]"><text>x</text></a></svg>|',
  ],
  ['twice: the first counts', '<a href="http://a/" href="http://b/">', '<a href="[http://a/]" href="http://b/">|'],
  [
    'after other broken attributes',
    '<a =x "href="http://a/" href="http://b/">',
    '<a =x "href="http://a/" href="[http://b/]">|',
  ],
  [
    'characters of two units before it',
    '\u{1f600}\u{1f600}<a href="http://a/">',
    '\u{1f600}\u{1f600}<a href="[http://a/]">|',
  ],
  ['the mark of a byte order before it', '\u{feff}<a href="http://a/">', '\u{feff}<a href="[http://a/]">|'],
  ['the end of the body', '<html><body>x</body></html>\r\n', '<html><body>x|</body></html>\r\n'],
  ['the last of them', '<body>x</body></body></html>', '<body>x</body>|</body></html>'],
  ['the end of the whole', '<p>x\r\n</HTML >\r\n', '<p>x\r\n|</HTML >\r\n'],
  ['no end', '<p>x</p>\r\n\r\n', '<p>x</p>|\r\n\r\n'],
  ['nothing', '', '|'],
]
for (const [name, html, tracked] of cases)
  test(`tracked: ${name}`, async () => {
    assert.equal(await track(html), tracked.replace('|', VIEW))
  })

const untouched: readonly (readonly [name: string, html: string])[] = [
  ['mail', '<a href="mailto:a@b.test">'],
  ['a telephone', '<a href="tel:1">'],
  ['a part of the message', '<a href="cid:a@b">'],
  ['a place in the message', '<a href="#top">'],
  ['a script', '<a href="javascript:x()">'],
  ['data', '<a href="data:text/html,x">'],
  ['a file', '<a href="file:///etc/passwd">'],
  ['a relative one', '<a href="/x">'],
  ['one without a scheme', '<a href="//a.test/">'],
  ['no address', '<a name=x>'],
  ['an empty one', '<a href="">'],
  ['a password', '<a href="https://a:b@c.test/">'],
  ['what is to be filled in', '<a href="{{link}}">'],
  ['what is none', '<a href="http://a b/">'],
  ['a port beyond all', '<a href="http://a:99999/">'],
  ['one too long', `<a href="http://a/${'x'.repeat(2048)}">`],
  ['a picture', '<img src="http://a/">'],
  ['a style', '<link href="http://a/"><style>a{background:url(http://a/)}</style>'],
  ['a base', '<base href="http://a/">'],
  ['a comment', '<!-- <a href="http://a/"> -->'],
  ['one for Outlook', '<!--[if mso]><a href="http://a/"><![endif]-->'],
  ['text of a script', '<script>"<a href=http://a/>"</script>'],
  ['text of a form', '<textarea><a href="http://a/"></textarea>'],
  ['no tag', 'a href="http://a/" &lt;a href="http://a/">'],
  ['another attribute', '<a xhref="http://a/" data-href="http://b/">'],
]
for (const [name, html] of untouched)
  test(`left alone: ${name}`, async () => {
    assert.equal(await track(html), html + VIEW)
  })

for (const html of ['<a href="http://a/"', '<a href="http://a/', '<p', '<!', '<!-- x', '</', '<?', '<!--></'])
  test(`no picture where it would belong to something else: ${html}`, async () => {
    assert.equal(await track(html), html)
  })

test('links beyond a number stay', async () => {
  const tracked = await track('<a href=http://a/>'.repeat(600))
  assert.equal(tracked?.match(/\[/g)?.length, 500)
})

test('what would take long to read is left alone', async () => {
  assert.equal(await track('<svg>'.repeat(1001)), undefined)
})

test('whatever the HTML: without what was put in, it is what it was', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<a ',
      '<',
      '>',
      '"',
      "'",
      '=',
      'href',
      'href=',
      ' ',
      '\r\n',
      '/',
      '&amp;',
      '<!--',
      '-->',
      '</body>',
    ),
    fc.constantFrom(
      'http://a/',
      '<svg>',
      '</svg>',
      '<title>',
      '</title>',
      '<script>',
      '</script>',
      '\u{1f600}',
      '\0',
      '\u{feff}',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
      const html = pieces.join('')
      const tracked = await trackHtml(html, { clickOf: () => '\u{1}', view: 'V' })
      assert(tracked !== undefined)
      const around = tracked.split(VIEW)
      assert(around.length <= 2)
      const kept = around.join('').split('href="\u{1}"')
      let at = 0
      for (const [index, one] of kept.entries()) {
        const found = html.indexOf(one, at)
        assert(index === 0 ? found === 0 : /^href/i.test(html.slice(at, found)), JSON.stringify(html))
        at = found + one.length
      }
      assert.equal(at, html.length)
    }),
    { numRuns: 2000 },
  )
})
