// What the built-in roles are called in German, as in Azure's portal; the API speaks English. Custom roles have the name that was given to
// them.

import { useLanguage } from '../../texts/language.tsx'
import type { RoleDefinition } from './model.ts'

const GERMAN: Readonly<Record<string, { readonly name: string; readonly description: string }>> = {
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635': {
    name: 'Besitzer',
    description: 'Verwaltet alles, auch wer sonst was darf.',
  },
  'b24988ac-6180-42a0-ab88-20f7382dd24c': {
    name: 'Mitwirkender',
    description: 'Verwaltet alles außer Rollen, Rollenzuweisungen und dem, was mit anderen geteilt werden darf.',
  },
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': { name: 'Leser', description: 'Sieht alles und ändert nichts.' },
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9': {
    name: 'Benutzerzugriffsadministrator',
    description: 'Sieht alles und verwaltet, wer was darf.',
  },
  'f58310d9-a9f6-439a-9e8d-f62e7b41a168': {
    name: 'Administrator für rollenbasierte Zugriffssteuerung',
    description: 'Sieht alles und verwaltet Rollenzuweisungen, aber keine andere Art von Zugriff.',
  },
  '09976791-48a7-449e-bb21-39d1a415f350': {
    name: 'Besitzer für Kommunikations- und E-Mail-Dienste',
    description: 'Verwaltet Kommunikationsdienste, E-Mail-Dienste und ihre Domänen und darf darüber senden.',
  },
  '2310bee8-21d1-4799-b087-8db24f441fc9': {
    name: 'E-Mail-Absender',
    description: 'Sendet über einen Kommunikationsdienst und darf sonst nichts.',
  },
  '0bba1491-e987-4906-97b4-5365db4ce597': {
    name: 'Postern-Administrator',
    description:
      'Darf alles, auch was privat ist: Inhalte von Nachrichten, erfasste Nachrichten, Entscheidungen und das Überwachungsprotokoll.',
  },
}

/** How a role is named and described to the reader. */
export function useRoleWords() {
  const { language } = useLanguage()
  const german = (name: string) => (language === 'de' ? GERMAN[name.toLowerCase()] : undefined)
  return {
    nameOf: ({ name, properties }: RoleDefinition): string => german(name)?.name ?? properties.roleName,
    descriptionOf: ({ name, properties }: RoleDefinition): string =>
      german(name)?.description ?? properties.description,
    /** Whether a built-in role is meant by what was typed, in the language of the page or in English. */
    isMeant: ({ name, properties }: RoleDefinition, text: string): boolean =>
      [properties.roleName, german(name)?.name ?? ''].some((one) => one.toLowerCase().includes(text.toLowerCase())),
  }
}
