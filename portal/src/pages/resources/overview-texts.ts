import { counted, defineTexts } from '../../texts/texts.ts'

export const overviewTexts = defineTexts(
  {
    resources: 'Resources',
    resourceGroups: 'Resource groups',
    filterByName: 'Filter by name',
    anyType: 'All types',
    displayName: 'Subscription name',
    tenantId: 'Directory (tenant) ID',
    noResources: 'There are no resources here.',
    noGroups: 'There are no resource groups here.',
    deleteGroup: 'Delete resource group',
    groupBreaks:
      'Everything in it is deleted with it: communication services, email services with their domains, and role assignments on them.',
    loses: (count: number) => counted(count, 'This resource is deleted:', 'These resources are deleted:'),
    andMore: 'and more',
    empty: 'It has no resources.',
    groupStops: 'Devices and programs that sign in to its communication services are refused at once.',
    domainsElsewhere: 'While one of its domains is connected to a communication service, it cannot be deleted.',
  },
  {
    resources: 'Ressourcen',
    resourceGroups: 'Ressourcengruppen',
    filterByName: 'Nach Name filtern',
    anyType: 'Alle Typen',
    displayName: 'Abonnementname',
    tenantId: 'Verzeichnis-ID (Mandant)',
    noResources: 'Hier gibt es keine Ressourcen.',
    noGroups: 'Hier gibt es keine Ressourcengruppen.',
    deleteGroup: 'Ressourcengruppe löschen',
    groupBreaks:
      'Alles darin wird mit ihr gelöscht: Kommunikationsdienste, E-Mail-Dienste mit ihren Domänen und die Rollenzuweisungen dafür.',
    loses: (count) => counted(count, 'Diese Ressource wird gelöscht:', 'Diese Ressourcen werden gelöscht:'),
    andMore: 'und weitere',
    empty: 'Sie enthält keine Ressourcen.',
    groupStops: 'Geräte und Programme, die sich bei ihren Kommunikationsdiensten anmelden, werden sofort abgewiesen.',
    domainsElsewhere:
      'Solange eine ihrer Domänen mit einem Kommunikationsdienst verbunden ist, kann sie nicht gelöscht werden.',
  },
)
