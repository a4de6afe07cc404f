import { defineTexts } from '../../texts/texts.ts'

export const iamTitle = defineTexts({ title: 'Access control (IAM)' }, { title: 'Zugriffssteuerung (IAM)' })
