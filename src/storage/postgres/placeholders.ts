// Rooms write `?` for a value, PostgreSQL reads `$1`, `$2`, …. A question mark in a string, a quoted name or a comment is text.

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\?/g

export function numberPlaceholders(text: string): string {
  let count = 0
  return text.replace(TOKEN, (token) => {
    if (token !== '?') return token
    count += 1
    return `$${count}`
  })
}
