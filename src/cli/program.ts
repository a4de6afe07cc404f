// The command line: which commands there are, and how a run of one ends. Exit codes: 0 done, 1 failed, 2 misused.

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { CommandContext } from './command.ts'
import { addAdAppCredentialDelete } from './commands/ad-app-credential-delete.ts'
import { addAdAppCredentialList } from './commands/ad-app-credential-list.ts'
import { addAdAppCredentialReset } from './commands/ad-app-credential-reset.ts'
import { addCommunicationSettings } from './commands/communication-settings.ts'
import { addConfigCheck } from './commands/config-check.ts'
import { addConfigDescribe } from './commands/config-describe.ts'
import { addExplain } from './commands/explain.ts'
import { addMessageList } from './commands/message-list.ts'
import { addMessageShow } from './commands/message-show.ts'
import { addQuickstart } from './commands/quickstart.ts'
import { addRoleAssignmentCreate } from './commands/role-assignment-create.ts'
import { addRoleAssignmentDelete } from './commands/role-assignment-delete.ts'
import { addRoleAssignmentList } from './commands/role-assignment-list.ts'
import { addRoleDefinitionList } from './commands/role-definition-list.ts'
import { addSend } from './commands/send.ts'
import { addServe } from './commands/serve.ts'
import { EXIT_DONE, EXIT_MISUSED } from './failure.ts'
import { type Terminal, wantsColour } from './terminal.ts'

/** Runs one command; `argv` without the interpreter and the program. Gives the exit code. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal, now: () => number): Promise<number> {
  let exitCode = EXIT_DONE
  const finish = (code: number): void => {
    exitCode = code
  }
  try {
    await createProgram({ terminal, now, finish }).parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT_DONE : EXIT_MISUSED
  }
  return exitCode
}

function createProgram(context: CommandContext): Command {
  const { terminal } = context
  const program = new Command('postern')
    .description('A submission service whose logins are service principals.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      outputError: (text, write) => write(withoutValue(text)),
      getOutHelpWidth: () => terminal.out.columns ?? 100,
      getErrHelpWidth: () => terminal.err.columns ?? 100,
      getOutHasColors: () => wantsColour(terminal.out, terminal.env),
      getErrHasColors: () => wantsColour(terminal.err, terminal.env),
    })
    .showHelpAfterError('See: postern --help')
  addQuickstart(program, context)
  addServe(program, context)
  addSend(program, context)
  addExplain(program, context)
  addGroups(program, context)
  return program
}

function addGroups(program: Command, context: CommandContext): void {
  const message = group(program, 'message', 'Accepted messages.')
  addMessageList(message, context)
  addMessageShow(message, context)
  addCommunicationSettings(group(program, 'communication', 'Communication services.'), context)
  const role = group(program, 'role', 'Roles and who has them.')
  addRoleDefinitionList(group(role, 'definition', 'What a role allows.'), context)
  const assignment = group(role, 'assignment', 'Who has which role where.')
  addRoleAssignmentCreate(assignment, context)
  addRoleAssignmentList(assignment, context)
  addRoleAssignmentDelete(assignment, context)
  const app = group(group(program, 'ad', 'The directory.'), 'app', 'Applications.')
  const credential = group(app, 'credential', 'Client secrets of an application.')
  addAdAppCredentialReset(credential, context)
  addAdAppCredentialList(credential, context)
  addAdAppCredentialDelete(credential, context)
  const config = group(program, 'config', 'The configuration file.')
  addConfigCheck(config, context)
  addConfigDescribe(config, context)
}

/** `--password=…` is an unknown option; its value is nobody's to print. */
function withoutValue(text: string): string {
  return text.replace(/(unknown option '--?[\w-]+)=.*'/s, "$1'")
}

function group(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description)
}

/** `package.json` lies two folders up, from `src/cli` as from `dist/cli`. */
function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
