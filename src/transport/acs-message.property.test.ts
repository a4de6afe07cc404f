// What is carried comes out the same, by what was put in and by a parser of another author.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { composeMail, foundIn, mail } from './acs-mail.fixture.ts'
import { converted } from './acs-message.fixture.ts'

test('texts and files come out as they were put in, and as PostalMime finds them', async () => {
  await fc.assert(
    fc.asyncProperty(mail, async (given) => {
      const message = await composeMail(given)
      const found = foundIn(await converted({ message }))
      assert.deepEqual(found, {
        text: given.text.trimEnd(),
        html: given.html?.trimEnd() ?? '',
        files: given.files.map(({ name, octets }) => [`x${name}x.pdf`, Buffer.from(octets).toString('base64')]),
      })
      const other = await PostalMime.parse(message, { attachmentEncoding: 'base64' })
      assert.deepEqual(
        found.files,
        other.attachments.map(({ filename, content }) => [filename, content]),
      )
      if (given.html === null) assert.equal(found.text, other.text?.trimEnd() ?? '')
      else assert.equal(found.html, other.html?.trimEnd())
    }),
    { numRuns: 200 },
  )
})
