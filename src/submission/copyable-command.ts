// A command as it may be pasted into a shell: names of resources, addresses and roles come from others, and whoever pastes them must run
// exactly this command and nothing that is hidden in a name. It knows no command.

const PLAIN = /^[\w@%+=:,./-]+$/

/** One word of a POSIX shell. What no terminal shows as it is (control characters, invisible ones) is not pasted: it reads `?`. */
export function shellWord(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?')
  return PLAIN.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`
}

/** `postern` and its words. An option without a value is left out. */
export function posternCommand(words: readonly string[], options: Readonly<Record<string, Value>> = {}): string {
  const given = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return []
    return value === true ? [name] : [name, value].flat()
  })
  return ['postern', ...words, ...given].map(shellWord).join(' ')
}

/** `true`: the option alone. */
type Value = string | readonly string[] | true | undefined

/** The second only where the first succeeded. */
export const inTurn = (...commands: readonly string[]): string => commands.join(' && ')
