// The language: as it was chosen here before, else the browser's first that is spoken here.

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { LANGUAGES, type Language, type Texts } from './texts.ts'

const CHOSEN = 'postern.language'

export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(CHOSEN), ...navigator.languages].map((tag) => tag?.toLowerCase().split('-')[0])
  return LANGUAGES.find((language) => language === wanted.find((tag) => LANGUAGES.some((one) => one === tag))) ?? 'en'
}

type Chosen = { readonly language: Language; readonly choose: (language: Language) => void }

const LanguageContext = createContext<Chosen>({ language: 'en', choose: () => {} })

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(preferredLanguage)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const chosen = useMemo(() => {
    const choose = (wanted: Language) => {
      localStorage.setItem(CHOSEN, wanted)
      setLanguage(wanted)
    }
    return { language, choose }
  }, [language])
  return <LanguageContext value={chosen}>{children}</LanguageContext>
}

export const useLanguage = (): Chosen => useContext(LanguageContext)

/** As the person's own country writes the language, where the browser says which. */
export const localeOf = (language: Language): string =>
  navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language

export function useTexts<T>(texts: Texts<T>) {
  return texts[useLanguage().language]
}
