// Where the two access keys of a communication service are kept: sealed records, so that the database alone gives none away.

export const ACCESS_KEY_PURPOSE = 'access-key'

export function accessKeyRecordId(communicationServiceId: string, which: 'primary' | 'secondary'): string {
  return `access-key ${communicationServiceId.toLowerCase()} ${which}`
}
