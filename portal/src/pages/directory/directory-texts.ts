import { counted, defineTexts } from '../../texts/texts.ts'

/** What the pages of applications, groups and users have in common. */
export const directoryTexts = defineTexts(
  {
    name: 'Name',
    displayName: 'Display name',
    description: 'Description',
    objectId: 'Object ID',
    created: 'Created on',
    overview: 'Overview',
    roles: 'Roles',
    role: 'Role',
    scope: 'Scope',
    wholeTenant: 'The whole tenant',
    viaGroup: 'through a group',
    noRoles: 'No role is assigned, so nothing is allowed. Roles are assigned in Access control (IAM) of a resource.',
    openIam: 'Open access control (IAM)',
    kind: 'Type',
    remove: (name: string) => `Remove ${name}`,
    deleted: (name: string) => `${name} was deleted`,
    rolesGo: (count: number) =>
      count === 0
        ? 'No role is assigned to it.'
        : `${counted(count, '1 role assignment goes', `${count} role assignments go`)} with it.`,
    cannotUndo: 'This cannot be undone.',
    enabled: 'Enabled',
    disabled: 'Disabled',
    search: 'Search by name or id',
    saved: 'Saved',
  },
  {
    name: 'Name',
    displayName: 'Anzeigename',
    description: 'Beschreibung',
    objectId: 'Objekt-ID',
    created: 'Erstellt am',
    overview: 'Übersicht',
    roles: 'Rollen',
    role: 'Rolle',
    scope: 'Bereich',
    wholeTenant: 'Der gesamte Mandant',
    viaGroup: 'über eine Gruppe',
    noRoles:
      'Es ist keine Rolle zugewiesen, also ist nichts erlaubt. Rollen werden in der Zugriffssteuerung (IAM) einer Ressource zugewiesen.',
    openIam: 'Zugriffssteuerung (IAM) öffnen',
    kind: 'Typ',
    remove: (name) => `${name} entfernen`,
    deleted: (name) => `${name} wurde gelöscht`,
    rolesGo: (count) =>
      count === 0
        ? 'Es ist keine Rolle zugewiesen.'
        : `${counted(count, 'Eine Rollenzuweisung entfällt', `${count} Rollenzuweisungen entfallen`)} damit.`,
    cannotUndo: 'Dies kann nicht rückgängig gemacht werden.',
    enabled: 'Aktiviert',
    disabled: 'Deaktiviert',
    search: 'Nach Name oder ID suchen',
    saved: 'Gespeichert',
  },
)
