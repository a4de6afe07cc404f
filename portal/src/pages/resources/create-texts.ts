import { defineTexts } from '../../texts/texts.ts'

export const createTexts = defineTexts(
  {
    create: 'Create',
    titles: {
      'resource-group': 'Create a resource group',
      'communication-service': 'Create Communication Service',
      'email-service': 'Create Email Communication Service',
    },
    kinds: {
      'resource-group': 'Resource group',
      'communication-service': 'Communication Service',
      'email-service': 'Email Communication Service',
    },
    basics: 'Basics',
    review: 'Review + create',
    projectDetails: 'Project details',
    instanceDetails: 'Instance details',
    resourceName: 'Resource name',
    groupName: 'Resource group',
    region: 'Region',
    dataLocation: 'Data location',
    dataLocationHint: 'Domains can only be connected to communication services of the same data location.',
    nameHints: {
      'resource-group': '1 to 90 letters, digits and _ - . ( ); no period at the end',
      'communication-service':
        '1 to 63 letters, digits, hyphens and underscores. It is the first part of SMTP user names and unique in this installation.',
      'email-service': '1 to 63 letters, digits and hyphens',
    },
    available: 'The name is available.',
    badName: 'The name is not valid.',
    checking: 'The name is being checked',
    newGroup: 'Create a resource group first',
    created: (name: string) => `${name} was created.`,
  },
  {
    create: 'Erstellen',
    titles: {
      'resource-group': 'Ressourcengruppe erstellen',
      'communication-service': 'Communication Service erstellen',
      'email-service': 'E-Mail-Kommunikationsdienst erstellen',
    },
    kinds: {
      'resource-group': 'Ressourcengruppe',
      'communication-service': 'Communication Service',
      'email-service': 'E-Mail-Kommunikationsdienst',
    },
    basics: 'Grundlagen',
    review: 'Überprüfen + erstellen',
    projectDetails: 'Projektdetails',
    instanceDetails: 'Instanzdetails',
    resourceName: 'Ressourcenname',
    groupName: 'Ressourcengruppe',
    region: 'Region',
    dataLocation: 'Datenspeicherort',
    dataLocationHint: 'Domänen können nur mit Kommunikationsdiensten am selben Datenspeicherort verbunden werden.',
    nameHints: {
      'resource-group': '1 bis 90 Buchstaben, Ziffern und _ - . ( ); kein Punkt am Ende',
      'communication-service':
        '1 bis 63 Buchstaben, Ziffern, Binde- und Unterstriche. Er ist der erste Teil der SMTP-Benutzernamen und in dieser Installation eindeutig.',
      'email-service': '1 bis 63 Buchstaben, Ziffern und Bindestriche',
    },
    available: 'Der Name ist verfügbar.',
    badName: 'Der Name ist ungültig.',
    checking: 'Der Name wird geprüft',
    newGroup: 'Zuerst eine Ressourcengruppe erstellen',
    created: (name) => `${name} wurde erstellt.`,
  },
)
