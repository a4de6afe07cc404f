// The words for what the API names: reasons, steps and settings. A name without words stays as it is.

import { useTexts } from '../../texts/language.tsx'
import { adviceTexts } from './advice-texts.ts'
import { type KnownReason, reasonTexts, settingTexts, stepTexts } from './reason-texts.ts'

export function useWords() {
  const reasons = useTexts(reasonTexts)
  const advice: Readonly<Record<KnownReason, string>> = useTexts(adviceTexts)
  const steps = useTexts(stepTexts)
  const settings = useTexts(settingTexts)
  return {
    reason: (name: string): string => reasons[name as KnownReason] ?? name,
    /** What to do about it, where that can be said of every such case. */
    advice: (name: string): string | undefined => advice[name as KnownReason],
    step: (name: string): string => steps[name as keyof typeof steps] ?? name,
    setting: (name: string): string => settings[name as keyof typeof settings] ?? name,
  }
}
