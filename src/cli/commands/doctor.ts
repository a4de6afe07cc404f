// `postern doctor`: a whole set-up looked at in the order in which a device goes through it, from the name of the server to the sender,
// and what to do about what is wrong. What needs an operator's credential is left out, and said, where there is none.

import type { Command } from 'commander'
import { Option } from 'commander'
import { createApi } from '../api.ts'
import {
  type Answer,
  type ApiFlags,
  type CommandContext,
  addApiCommand,
  finishWith,
  positiveInteger,
} from '../command.ts'
import { type Connection, resolveConnection } from '../connection.ts'
import { askInside, examine, type Inside } from '../doctor/examine.ts'
import { type Finding, fixesOf } from '../doctor/findings.ts'
import { renderFindings } from '../doctor/findings-text.ts'
import { type DoctorFlags, readQuestion } from '../doctor/question.ts'
import { type Failure, failed, misused } from '../failure.ts'
import { withProgress } from '../progress.ts'

type Flags = ApiFlags & DoctorFlags

/** Said to the server as it is. */
const ADDRESS = /^[^\s<>]+@[^\s<>]+$/

export function addDoctor(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'doctor',
    description:
      'Look at the whole set-up of a device: server, TLS, login, right to send and sender; and say what to do first. ' +
      'Exit code 0 only where it may send.',
    examples: [
      'postern doctor --username contoso.<application id>.<tenant id> --from DoNotReply@example.com',
      'postern doctor --username printer --password --from scanner@example.com --to me@example.com \\\n    --server mail.example.com --port 465 --tls implicit',
    ],
  })
    .option('--username <name>', 'SMTP user name as it is set on the device (default: that of the quickstart)')
    .option('--password', 'ask for the password and sign in with it; or POSTERN_PASSWORD')
    .option('--password-file <file>', 'file with the password')
    .option('--from <address>', 'who the mail shall be from')
    .option('--to <address...>', 'send a real message to these when all is well')
    .option('--server <name>', 'server as it is set on the device (default: what the service says)')
    .option('--port <number>', 'port as it is set on the device (default: the one for --tls)', positiveInteger)
    .addOption(
      new Option('--tls <how>', 'how the device starts TLS').choices(['starttls', 'implicit']).default('starttls'),
    )
    .addOption(
      new Option('--tls-version <version>', 'newest TLS that the device has')
        .choices(['1.0', '1.1', '1.2', '1.3'])
        .default('1.3'),
    )
    .action((flags: Flags) => runDoctor(context, flags))
}

async function runDoctor(context: CommandContext, flags: Flags): Promise<void> {
  const connection = await resolveConnection(flags, context.terminal)
  const inside = connection.type === 'failed' ? connection : createApi(connection)
  try {
    const work = () => diagnose(context, flags, connection, inside)
    finishWith(context, flags, await withProgress(context.terminal, 'Looking', work))
  } finally {
    if ('connection' in inside) inside.close()
  }
}

async function diagnose(
  { terminal, now }: CommandContext,
  flags: Flags,
  connection: Connection | Failure,
  inside: Inside,
): Promise<Answer | Failure> {
  const known = connection.type === 'connection' ? connection : undefined
  const username = flags.username ?? known?.quickstart?.usernames.dot
  if (username === undefined) return misused('Nothing says which user name.', 'Give --username.')
  const wrong = [flags.from, ...(flags.to ?? [])].find((address) => address !== undefined && !ADDRESS.test(address))
  if (wrong !== undefined) return misused(`${wrong} is not a mail address.`, 'Give it as someone@example.com.')
  const view = await askInside(inside, username, flags.from, now)
  const question = await readQuestion(flags, username, terminal, known, view.type === 'view' ? view.place : undefined)
  if (question.type === 'failed') return question
  return answerOf(await examine(question, inside, view, now))
}

function answerOf(findings: readonly Finding[]): Answer {
  const failures = findings.filter(({ state }) => state === 'fail')
  const fixes = fixesOf(findings)
  const verdict = failures.length === 0 ? 'send' : 'fix'
  const unseen = findings.some(({ step, state }) => state === 'skip' && (step === 'login' || step.startsWith('login,')))
  const line =
    verdict === 'fix'
      ? `It cannot send: ${failures.map(({ step }) => step).join(', ')}.`
      : `send${unseen ? ' (as far as could be looked at)' : ''}`
  return {
    type: 'answer',
    json: { verdict, findings, fixes },
    text: (paper) => renderFindings(findings, line, paper),
    ...(verdict === 'fix' && { failure: failed(line, nextOf(fixes)) }),
  }
}

function nextOf([first]: readonly { readonly text: string; readonly command?: string | undefined }[]): string {
  return first === undefined ? 'See above what was seen.' : `First: ${first.command ?? first.text}`
}
