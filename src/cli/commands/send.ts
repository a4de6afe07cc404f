// `postern send`: one mail over SMTP, with TLS and verification always on, and what the server said to it. A refusal that carries a
// reference names the command that explains it.

import type { Command } from 'commander'
import { Option } from 'commander'
import {
  type Answer,
  type CommandContext,
  type OutputFlags,
  addCommand,
  addOutputOption,
  finishWith,
  positiveInteger,
} from '../command.ts'
import { type Failure, failed, misused } from '../failure.ts'
import { withProgress } from '../progress.ts'
import { type Mail, type Submission, type SubmissionFlags, resolveSubmission, submit } from '../submission-client.ts'
import { renderEntries } from '../table.ts'
import { printFailure } from '../terminal.ts'

type Flags = OutputFlags &
  SubmissionFlags & { readonly to?: readonly string[]; readonly subject: string; readonly text: string }

const REFERENCE = /\[([0-9A-HJKMNP-TV-Z]{10})\]/
const QUEUED = /queued as (\S+)/

export function addSend(parent: Command, context: CommandContext): void {
  addOutputOption(
    addCommand(parent, {
      usage: 'send',
      description: 'Send one test mail over SMTP and print what the server says.',
      examples: [
        'postern send',
        'POSTERN_PASSWORD=… postern send --host mail.example.com --port 587 --username contoso.<application id>.<tenant id> \\\n    --from DoNotReply@example.com --to somebody@example.org',
      ],
    }),
  )
    .option('--username <name>', 'SMTP user name (default: that of the quickstart)')
    .option('--password-file <file>', 'file with the password; or POSTERN_PASSWORD')
    .option('--from <address>', 'sender (default: the sender address of the quickstart)')
    .option('--to <address...>', 'recipients (default: the sender)')
    .option('--subject <text>', 'subject', 'A test from postern send')
    .option('--text <text>', 'text of the mail', 'It works.')
    .option('--host <name>', 'server (default: the quickstart)')
    .option('--port <number>', 'port (default: the one of the quickstart for --tls, else 587 or 465)', positiveInteger)
    .addOption(new Option('--tls <how>', 'how TLS starts').choices(['starttls', 'implicit']).default('starttls'))
    .option('--ca-file <file>', 'PEM file of the CA to trust; or POSTERN_CA_FILE')
    .action((flags: Flags) => send(context, flags))
}

async function send(context: CommandContext, flags: Flags): Promise<void> {
  const { terminal } = context
  const submission = await resolveSubmission(flags, terminal)
  if (submission.type === 'failed') return context.finish(printFailure(terminal, submission))
  const mail = { to: flags.to ?? [submission.from], subject: flags.subject, text: flags.text }
  const wrong = [submission.from, ...mail.to].find((address) => !address.includes('@'))
  if (wrong !== undefined)
    return context.finish(
      printFailure(
        terminal,
        misused(`${wrong} is not a mail address.`, 'Give --from and --to such as someone@example.com.'),
      ),
    )
  const label = `Sending to ${submission.host}:${submission.port}`
  finishWith(context, flags, await withProgress(terminal, label, () => deliver(submission, mail)))
}

async function deliver(submission: Submission, mail: Mail): Promise<Answer | Failure> {
  const outcome = await submit(submission, mail)
  if (outcome.type === 'refused') {
    return failed(`The server refused ${outcome.command}: ${outcome.reply}`, nextAfter(outcome.reply))
  }
  if (outcome.type === 'failed') return outcome
  const { reply, accepted, refused } = outcome
  const queueId = QUEUED.exec(reply)?.[1]
  const [first] = refused
  const failure = first && failed(`The server refused ${first.recipient}: ${first.reply}`, nextAfter(first.reply))
  return {
    type: 'answer',
    json: { reply, queueId: queueId ?? null, accepted, refused },
    text: (paper) =>
      renderEntries(
        [
          ['Reply', reply],
          ['Queue id', queueId],
          ['Accepted for', accepted],
        ],
        paper,
      ),
    ...(failure && { failure }),
  }
}

function nextAfter(reply: string): string {
  const reference = REFERENCE.exec(reply)?.[1]
  if (reference !== undefined) return `Run: postern explain ${reference}`
  return reply.startsWith('4')
    ? 'Try again in a moment.'
    : 'See what the service allows: postern communication settings'
}
