// Lists as PostgreSQL reads an array from text, so that a statement for any number of rows has one text. Not for octets, which would
// travel as hexadecimal. PostgreSQL manual §8.15.2.

export function arrayLiteral(values: readonly (string | number | null)[]): string {
  return `{${values.map(element).join(',')}}`
}

function element(value: string | number | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}
