// What a doctor says: one finding after the other in the order in which a device goes through them, and what to do about those that
// failed. A finding decides nothing; it is made by whoever looked.

import { z } from 'zod'

const suggestionSchema = z.object({
  text: z.string(),
  command: z.string().optional(),
  setting: z.object({ name: z.string(), value: z.string() }).optional(),
})
export const suggestionsSchema = z.array(suggestionSchema)
export type Fix = z.infer<typeof suggestionSchema>

export type FindingState = 'pass' | 'fail' | 'skip' | 'note'

export type Finding = {
  readonly step: string
  readonly state: FindingState
  readonly detail: string
  /** First thing first; only of what failed. */
  readonly fixes: readonly Fix[]
}

export const pass = (step: string, detail: string): Finding => ({ step, state: 'pass', detail, fixes: [] })
/** Could not be looked at, or need not be. */
export const skip = (step: string, detail: string): Finding => ({ step, state: 'skip', detail, fixes: [] })
/** Worth knowing, and no reason not to send. */
export const note = (step: string, detail: string): Finding => ({ step, state: 'note', detail, fixes: [] })
export const fail = (step: string, detail: string, ...fixes: readonly Fix[]): Finding => ({
  step,
  state: 'fail',
  detail,
  fixes,
})

/** Each once, those of the first failure first. */
export function fixesOf(findings: readonly Finding[]): readonly Fix[] {
  const fixes = findings.flatMap((finding) => finding.fixes)
  const keyOf = ({ text, command, setting }: Fix): string => JSON.stringify([command ?? text, setting ?? null])
  return [...new Map(fixes.toReversed().map((fix) => [keyOf(fix), fix])).values()].toReversed()
}
