import { defineTexts } from '../texts/texts.ts'

export const shellTexts = defineTexts(
  {
    portal: 'Postern',
    menu: 'Menu',
    language: 'Language',
    theme: 'Theme',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    myAccount: 'My account',
    signOut: 'Sign out',
    account: (name: string) => `Account of ${name}`,
    skip: 'Skip to the content',
    noPage: 'There is no such page',
    crashed: 'This page does not work',
  },
  {
    portal: 'Postern',
    menu: 'Menü',
    language: 'Sprache',
    theme: 'Design',
    themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
    myAccount: 'Mein Konto',
    signOut: 'Abmelden',
    account: (name) => `Konto von ${name}`,
    skip: 'Zum Inhalt springen',
    noPage: 'Diese Seite gibt es nicht',
    crashed: 'Diese Seite funktioniert nicht',
  },
)
