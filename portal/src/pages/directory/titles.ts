// What the directory's pages are called in the menu. The other texts are loaded with the pages.

import { defineTexts } from '../../texts/texts.ts'

export const applicationsTitle = defineTexts({ title: 'App registrations' }, { title: 'App-Registrierungen' })
export const groupsTitle = defineTexts({ title: 'Groups' }, { title: 'Gruppen' })
export const usersTitle = defineTexts({ title: 'Users' }, { title: 'Benutzer' })
