import { defineTexts } from '../../texts/texts.ts'

export const homeTexts = defineTexts(
  {
    title: 'Home',
    resources: 'Resources',
    name: 'Name',
    type: 'Type',
    resourceGroup: 'Resource group',
    subscription: 'Subscription',
    noSubscription: 'There is no subscription that you can see.',
  },
  {
    title: 'Startseite',
    resources: 'Ressourcen',
    name: 'Name',
    type: 'Typ',
    resourceGroup: 'Ressourcengruppe',
    subscription: 'Abonnement',
    noSubscription: 'Es gibt kein Abonnement, das Sie sehen können.',
  },
)
