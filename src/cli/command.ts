// What all commands share: --output, help with an example, the connection flags, and the one place where an answer becomes text, a
// failure becomes two lines, and both become an exit code. A command itself only asks and says how its answer reads.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Api, createApi } from './api.ts'
import { type ConnectionFlags, resolveConnection } from './connection.ts'
import { EXIT_DONE, type Failure, exitCodeOf } from './failure.ts'
import { printableJson } from './printable.ts'
import { withProgress } from './progress.ts'
import type { Paper } from './table.ts'
import { type Terminal, paperOf, printFailure } from './terminal.ts'

export type CommandContext = {
  readonly terminal: Terminal
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly finish: (exitCode: number) => void
}

/** `json` undefined: the API gave no body, and JSON output prints nothing. */
export type Answer = {
  readonly type: 'answer'
  readonly json: unknown
  readonly text: (paper: Paper) => string
  /** Something went wrong although there is an answer to print. */
  readonly failure?: Failure
}

export type OutputFlags = { readonly output: 'table' | 'json' }
export type ApiFlags = ConnectionFlags & OutputFlags

export type CommandHelp = { readonly usage: string; readonly description: string; readonly examples: readonly string[] }

/** Adds a leaf command. Its errors name its own help. */
export function addCommand(parent: Command, { usage, description, examples }: CommandHelp): Command {
  const command = parent.command(usage).description(description).summary(firstSentence(description))
  const example = examples.map((each) => `\n  ${each}`).join('')
  return command
    .addHelpText('after', `\nExample${examples.length > 1 ? 's' : ''}:${example}`)
    .showHelpAfterError(`See: ${fullName(command)} --help`)
}

export function addOutputOption(command: Command): Command {
  return command.addOption(new Option('--output <format>', 'how to print').choices(['table', 'json']).default('table'))
}

/** Adds a leaf command that speaks to the API. */
export function addApiCommand(parent: Command, help: CommandHelp): Command {
  return addOutputOption(addCommand(parent, help))
    .optionsGroup('Connection (default: the quickstart in POSTERN_DATA_DIR, ./postern-data):')
    .option('--endpoint <url>', 'https://host:port/ of the server; or POSTERN_ENDPOINT')
    .option('--ca-file <file>', 'PEM file of the CA to trust; or POSTERN_CA_FILE')
    .option('--tenant <id>', 'tenant id; or POSTERN_TENANT_ID')
    .option('--client-id <id>', 'application (client) id; or POSTERN_CLIENT_ID')
    .option('--client-secret-file <file>', 'file with its secret; or the secret in POSTERN_CLIENT_SECRET')
    .optionsGroup('Options:')
}

/** Runs a command that speaks to the API and prints what comes of it. */
export async function runApiCommand(
  context: CommandContext,
  flags: ApiFlags,
  work: (api: Api) => Promise<Answer | Failure>,
): Promise<void> {
  const { terminal } = context
  const connection = await resolveConnection(flags, terminal)
  if (connection.type === 'failed') return context.finish(printFailure(terminal, connection))
  const api = createApi(connection)
  try {
    finishWith(context, flags, await withProgress(terminal, `Asking ${connection.endpoint}`, () => work(api)))
  } finally {
    api.close()
  }
}

export function finishWith(context: CommandContext, { output }: OutputFlags, answer: Answer | Failure): void {
  const { terminal } = context
  if (answer.type === 'failed') return context.finish(printFailure(terminal, answer))
  if (output === 'table') terminal.out.write(answer.text(paperOf(terminal)))
  else if (answer.json !== undefined) terminal.out.write(`${printableJson(answer.json)}\n`)
  if (answer.failure !== undefined) printFailure(terminal, answer.failure)
  context.finish(answer.failure === undefined ? EXIT_DONE : exitCodeOf(answer.failure))
}

export function positiveInteger(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError('It must be a whole number above 0.')
}

/** For an option: how many rows of a list of ours, within what the server gives at once. */
export function pageSize(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= 1000) return number
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000.')
}

function firstSentence(text: string): string {
  return text.split(/(?<=[.:])\s/)[0]?.replace(/:$/, '.') ?? text
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}
