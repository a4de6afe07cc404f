import { defineTexts } from '../texts/texts.ts'

export const signInTexts = defineTexts(
  {
    title: 'Sign in',
    tenant: 'Tenant id',
    tenantHint: 'A GUID; your administrator knows it.',
    go: 'Sign in',
    failed: 'Signing in failed',
    again: 'Sign in again',
  },
  {
    title: 'Anmelden',
    tenant: 'Mandanten-ID',
    tenantHint: 'Eine GUID; Ihr Administrator kennt sie.',
    go: 'Anmelden',
    failed: 'Die Anmeldung ist fehlgeschlagen',
    again: 'Erneut anmelden',
  },
)
