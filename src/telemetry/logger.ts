// The log: one JSON line per event, on standard error. Fields and text pass through `cleanFields` first, so no line carries a secret
// that is named like one, and none grows with what a client sends. There is no formatting of arguments into the text: data goes into
// fields.
//
// Lines are written synchronously by whichever thread logs. Forwarding to the main thread would lose the last lines of a thread that
// dies, exactly those that tell why, and would queue without bound behind a busy main thread; a line costs some microseconds.

import pino from 'pino'
import type { LogLevel } from '../config/schema.ts'
import { cleanFields, cleanText } from './log-fields.ts'

export type LogMethod = {
  (fields: object, text: string): void
  (text: string): void
}

export type Logger = Readonly<Record<LogLevel, LogMethod>> & {
  /** A logger that adds the fields to each of its lines. */
  child(fields: object): Logger
}

export type LoggerOptions = {
  readonly level: LogLevel
  /** Which thread speaks, such as `main`, `edge-1` or `store`. */
  readonly thread: string
  /** Instead of standard error. */
  readonly stream?: pino.DestinationStream
}

const STANDARD_ERROR = 2

export function createLogger({ level, thread, stream }: LoggerOptions): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { thread },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Errors are cleaned already; pino's own serializer would take the result apart again.
    serializers: { err: (cleaned: unknown) => cleaned },
  }
  return guard(pino(options, stream ?? pino.destination({ fd: STANDARD_ERROR, sync: true })))
}

function guard(target: pino.Logger): Logger {
  const method =
    (level: LogLevel): LogMethod =>
    (fields: object | string, text?: string) => {
      if (!target.isLevelEnabled(level)) return
      if (typeof fields === 'string') target[level](cleanText(fields))
      else target[level](cleanFields(fields), cleanText(text ?? ''))
    }
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    child: (fields) => guard(target.child(cleanFields(fields))),
  }
}
