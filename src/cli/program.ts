// The command line: which commands there are, and how a run of one ends. Exit codes: 0 done, 1 failed, 2 misused.

import { readFileSync } from 'node:fs'
import { Command, CommanderError, Help, type Option } from 'commander'
import type { CommandContext } from './command.ts'
import { addInit } from './commands/init.ts'
import { addQuickstart } from './commands/quickstart.ts'
import { addServe } from './commands/serve.ts'
import { EXIT_DONE, EXIT_MISUSED } from './failure.ts'
import { type Terminal, wantsColour } from './terminal.ts'

/** They begin soon, and keep what was loaded for as long as they run: nothing that other commands need. */
const SERVICES: readonly (string | undefined)[] = ['quickstart', 'serve']

/** Runs one command; `argv` without the interpreter and the program. Gives the exit code. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal, now: () => number): Promise<number> {
  let exitCode = EXIT_DONE
  const finish = (code: number): void => {
    exitCode = code
  }
  try {
    const context = { terminal, now, finish }
    const program = createProgram(context)
    if (!SERVICES.includes(argv[0])) (await import('./other-commands.ts')).addOtherCommands(program, context)
    await program.parseAsync([...argv], { from: 'user' })
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
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError('See: postern --help')
  addQuickstart(program, context)
  addInit(program, context)
  addServe(program, context)
  return program
}

function describeOption(option: Option): string {
  const text = new Help().optionDescription(option)
  return option.mandatory ? `${text} (required)` : text
}

/** `--password=…` is an unknown option, and a word too many may be a password; neither is anybody's to print. */
function withoutValue(text: string): string {
  return text
    .replace(/(unknown option '--?[\w-]+)=.*'/s, "$1'")
    .replace(/(too many arguments.* but got \d+): .*\.$/ms, '$1.')
}

/** `package.json` lies two folders up, from `src/cli` as from `dist/cli`. */
function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
