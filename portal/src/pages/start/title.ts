// What the assistant is called in the menu. The other texts are loaded with the page.

import { defineTexts } from '../../texts/texts.ts'

export const startTitle = defineTexts({ title: 'Set up a device' }, { title: 'Gerät einrichten' })
