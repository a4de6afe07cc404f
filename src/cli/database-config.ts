// Which configuration a command about a database means: the file that it is given, else the quickstart of the environment.

import type { Config } from '../config/schema.ts'
import type { CommandContext } from './command.ts'
import { type Failure, failed } from './failure.ts'

export type FoundConfig = {
  readonly type: 'config'
  readonly config: Config
  /** To be put behind a command that is to work with the same configuration. */
  readonly flag: string
}

export async function findConfig(
  { terminal }: CommandContext,
  file: string | undefined,
): Promise<FoundConfig | Failure> {
  if (file === undefined) {
    const { quickstartConfig } = await import('../config/quickstart-config.ts')
    const outcome = quickstartConfig(terminal.env)
    if (outcome.type === 'config') return { type: 'config', config: outcome.config, flag: '' }
    return failed(firstProblem(outcome.problems), 'Set it right, or give a configuration file: --config postern.yaml')
  }
  const { loadConfig } = await import('../config/load-config.ts')
  const outcome = loadConfig(file, terminal.env)
  if (outcome.type === 'config') return { type: 'config', config: outcome.config, flag: ` --config ${file}` }
  return failed(firstProblem(outcome.problems), `See all: postern config check --config ${file}`)
}

const firstProblem = ([first]: readonly { readonly path: string; readonly message: string }[]): string =>
  `${first?.path}: ${first?.message}`
