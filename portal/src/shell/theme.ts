// Light or dark: as it was chosen here, else as the system is.

import { type Theme, webDarkTheme, webLightTheme } from '@fluentui/react-components'
import { createContext, useContext, useMemo, useState, useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type ThemeName = (typeof THEMES)[number]

export type ChosenTheme = {
  readonly name: ThemeName
  readonly fluent: Theme
  readonly choose: (name: ThemeName) => void
}

const CHOSEN = 'postern.theme'

export const ThemeContext = createContext<ChosenTheme>({ name: 'system', fluent: webLightTheme, choose: () => {} })
export const useChosenTheme = (): ChosenTheme => useContext(ThemeContext)

const dark = window.matchMedia('(prefers-color-scheme: dark)')
const subscribe = (listener: () => void) => {
  dark.addEventListener('change', listener)
  return () => dark.removeEventListener('change', listener)
}

export function useTheme(): ChosenTheme {
  const [name, setName] = useState<ThemeName>(
    () => THEMES.find((one) => one === localStorage.getItem(CHOSEN)) ?? 'system',
  )
  const isDark = useSyncExternalStore(subscribe, () => dark.matches)
  return useMemo(() => {
    const fluent = (name === 'system' ? isDark : name === 'dark') ? webDarkTheme : webLightTheme
    const choose = (chosen: ThemeName) => {
      localStorage.setItem(CHOSEN, chosen)
      setName(chosen)
    }
    return { name, fluent, choose }
  }, [name, isDark])
}
