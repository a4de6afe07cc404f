import { AppGenericRegular, PeopleRegular, PersonRegular } from '@fluentui/react-icons'
import type { Area } from '../../areas.ts'
import { applicationsTitle, groupsTitle, usersTitle } from './titles.ts'

export const directoryArea: Area = {
  pages: [
    { path: 'applications', load: async () => (await import('./applications-page.tsx')).ApplicationsPage },
    { path: 'applications/:appId/:part?', load: async () => (await import('./application-page.tsx')).ApplicationPage },
    { path: 'groups', load: async () => (await import('./groups-page.tsx')).GroupsPage },
    { path: 'groups/:id/:part?', load: async () => (await import('./group-page.tsx')).GroupPage },
    { path: 'users', load: async () => (await import('./users-page.tsx')).UsersPage },
    { path: 'users/:id/:part?', load: async () => (await import('./user-page.tsx')).UserPage },
  ],
  menu: [
    { to: '/applications', icon: AppGenericRegular, texts: applicationsTitle },
    { to: '/groups', icon: PeopleRegular, texts: groupsTitle },
    { to: '/users', icon: PersonRegular, texts: usersTitle },
  ],
}
