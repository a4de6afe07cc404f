// Fixture: any mail that another author's composer makes, and what is found in a request.

import type { EmailMessage } from '@azure/communication-email'
import fc from 'fast-check'
import MailComposer from 'nodemailer/lib/mail-composer/index.js'

/** Without white space at the end, which the line ends of composers and readers come to. */
export type Found = {
  readonly text: string
  readonly html: string
  readonly files: readonly (readonly [name: string, octets: string])[]
}

export const foundIn = ({ content, attachments = [] }: EmailMessage): Found => ({
  text: normal(content.plainText),
  html: normal(content.html),
  files: attachments.map(({ name, contentInBase64 }) => [name, contentInBase64] as const),
})

const normal = (text = ''): string => text.replaceAll('\r\n', '\n').trimEnd()

const word = fc.string({
  unit: fc.constantFrom('a', 'B', ' ', '.', '-', '=', 'ü', '€', '\u{1f5a8}', '=C3', '_'),
  maxLength: 20,
})
const lines = fc.array(word, { minLength: 1, maxLength: 8 }).map((all) => all.map((line) => line.trimEnd()).join('\n'))

export const mail = fc.record({
  text: lines,
  html: fc.option(lines.map((text) => `<p>${text}</p>`)),
  encoding: fc.constantFrom('base64' as const, 'quoted-printable' as const),
  files: fc.array(
    fc.record({
      name: fc.string({ unit: fc.constantFrom('a', 'ü', ' ', '%', "'", '(', ';', '€'), minLength: 1, maxLength: 60 }),
      octets: fc.uint8Array({ maxLength: 300 }),
    }),
    { maxLength: 3 },
  ),
})

type Mail = typeof mail extends fc.Arbitrary<infer T> ? T : never

export async function composeMail({ text, html, encoding, files }: Mail): Promise<string> {
  const composer = new MailComposer({
    from: 'donotreply@contoso.example',
    to: 'one@example.com',
    subject: 'x',
    text,
    ...(html === null ? {} : { html }),
    textEncoding: encoding,
    newline: 'windows',
    attachments: files.map(({ name, octets }) => ({
      filename: `x${name}x.pdf`,
      content: Buffer.from(octets),
      contentType: 'application/pdf',
    })),
  })
  const octets = await composer.compile().build()
  return octets.toString('utf8')
}
