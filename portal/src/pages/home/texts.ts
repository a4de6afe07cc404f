import { defineTexts } from '../../texts/texts.ts'

export const homeTexts = defineTexts(
  {
    title: 'Home',
    resources: 'Resources',
    name: 'Name',
    type: 'Type',
    resourceGroup: 'Resource group',
    subscription: 'Subscription',
  },
  {
    title: 'Startseite',
    resources: 'Ressourcen',
    name: 'Name',
    type: 'Typ',
    resourceGroup: 'Ressourcengruppe',
    subscription: 'Abonnement',
  },
)
