// One group: what it is, who is in it, and what its members may do.

import { Body1, Spinner } from '@fluentui/react-components'
import { DeleteRegular, PeopleRegular, PeopleTeamRegular, PersonKeyRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useParams } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Essentials } from '../../parts/essentials.tsx'
import { ForeignText, visibleText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { PRINCIPAL_KINDS } from '../../parts/principals.ts'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { type DirectoryObject, type Group, objectReference, RIGHTS, TENANT, useGraph } from './directory.ts'
import { directoryTexts } from './directory-texts.ts'
import { groupTexts } from './group-texts.ts'
import { Ids } from './ids.tsx'
import { ObjectFailure, ObjectFrame } from './object-frame.tsx'
import { ObjectList } from './object-list.tsx'
import { PrincipalRoles, useAssignmentsOf } from './principal-roles.tsx'
import { groupsTitle } from './titles.ts'

export function GroupPage() {
  const t = useTexts(groupTexts)
  const { title } = useTexts(groupsTitle)
  const directory = useTexts(directoryTexts)
  const common = useTexts(commonTexts)
  const { id = '' } = useParams()
  const group = useGraph<Group>(`/v1.0/groups/${encodeURIComponent(id)}`)
  if (group.isError)
    return <ObjectFailure list={{ title, to: '/groups' }} error={group.error} onRetry={() => void group.refetch()} />
  if (group.isPending) return <Spinner label={common.loading} />
  return (
    <ObjectFrame
      title={visibleText(group.data.displayName)}
      kind={t.kind}
      list={{ title, to: '/groups' }}
      address={`/groups/${id}`}
      parts={[
        { name: '', icon: PeopleTeamRegular, title: directory.overview, content: <Overview group={group.data} /> },
        { name: 'members', icon: PeopleRegular, title: t.members, content: <Members id={id} /> },
        {
          name: 'roles',
          icon: PersonKeyRegular,
          title: directory.roles,
          content: <PrincipalRoles principalId={id} />,
        },
      ]}
    />
  )
}

function Overview({ group }: { readonly group: Group }) {
  const t = useTexts(groupTexts)
  const directory = useTexts(directoryTexts)
  const { date } = useFormats()
  const [isAsked, setIsAsked] = useState(false)
  const { description, createdDateTime } = group
  return (
    <BladeFrame
      title={directory.overview}
      commands={
        <GuardedButton
          scope={TENANT}
          right={RIGHTS.deleteGroups}
          appearance="subtle"
          icon={<DeleteRegular />}
          onClick={() => setIsAsked(true)}
        >
          {t.delete}
        </GuardedButton>
      }
    >
      <Body1>{t.hint}</Body1>
      <Essentials
        items={[
          { label: directory.description, value: <ForeignText text={description ?? ''} /> },
          { label: directory.created, value: createdDateTime === null ? '' : date(createdDateTime) },
        ]}
      />
      <Ids items={[{ label: directory.objectId, value: group.id }]} />
      {isAsked && <DeleteGroup group={group} onClose={() => setIsAsked(false)} />}
    </BladeFrame>
  )
}

function DeleteGroup({ group, onClose }: { readonly group: Group; readonly onClose: () => void }) {
  const t = useTexts(groupTexts)
  const directory = useTexts(directoryTexts)
  const api = useApi()
  const own = useAssignmentsOf(group.id).data?.filter(({ properties }) => properties.principalId === group.id)
  const remove = useAction({
    run: () => api.call('DELETE', `/v1.0/groups/${group.id}`),
    leaveTo: '/groups',
    said: () => directory.deleted(group.displayName),
  })
  return (
    <ConfirmDialog
      title={t.deleteTitle(group.displayName)}
      verb={t.delete}
      name={group.displayName}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      <Body1>{t.deleteText}</Body1>
      {own && <Body1>{directory.rolesGo(own.length)}</Body1>}
      <Body1>{directory.cannotUndo}</Body1>
    </ConfirmDialog>
  )
}

function Members({ id }: { readonly id: string }) {
  const t = useTexts(groupTexts)
  const api = useApi()
  const path = `/v1.0/groups/${id}/members`
  const members = usePages<DirectoryObject>(path, { $top: 100 })
  const add = useAction({
    run: async (ids: readonly string[]) => {
      for (const member of ids) await api.call('POST', `${path}/$ref`, { json: objectReference(member) })
    },
    said: () => t.membersAdded,
  })
  const remove = useAction({
    run: (member: string) => api.call('DELETE', `${path}/${member}/$ref`),
    said: () => t.memberRemoved,
  })
  return (
    <ObjectList
      title={t.members}
      addTitle={t.addMembers}
      right={RIGHTS.writeGroupMembers}
      kinds={PRINCIPAL_KINDS}
      list={members}
      add={add}
      remove={remove}
      consequence={t.removeText}
    />
  )
}
