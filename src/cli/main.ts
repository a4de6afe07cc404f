// Entry of the command line: joins it to this process.

import { runCommandLine } from './program.ts'
import { systemTerminal } from './terminal.ts'

/** `postern message list | head` is no failure: whoever read the output has had enough. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })

process.exitCode = await runCommandLine(process.argv.slice(2), systemTerminal(), Date.now)
