// What waits, counted by where it is to go and who sent it, the largest first, with what the other side last said.

import {
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
  Spinner,
  Text,
} from '@fluentui/react-components'
import { MoreHorizontalRegular } from '@fluentui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { ApplicationLink } from '../../parts/application-link.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Failure } from '../../parts/failure.tsx'
import { ForeignText, visibleText } from '../../parts/foreign-text.tsx'
import { GuardedMenuItem } from '../../parts/guarded-menu-item.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import type { QueueAct } from './act.ts'
import { ActDialog } from './act-dialog.tsx'
import { QueueFrame } from './queue-frame.tsx'
import { addressOfQueue, HOLD, QUEUE_GROUPS, type QueueFilter, type QueueGroup, type QueueGroups } from './queued.ts'
import { queueTexts } from './texts.ts'

/** Groups that are shown at once. */
const SHOWN = 100

type Asked = { readonly act: QueueAct; readonly filter: QueueFilter }

export function GroupsPage() {
  const common = useTexts(commonTexts)
  const api = useApi()
  const [asked, setAsked] = useState<Asked | undefined>()
  const groups = useQuery({
    queryKey: [QUEUE_GROUPS],
    refetchInterval: 15_000,
    queryFn: ({ signal }) => api.call<QueueGroups>('GET', QUEUE_GROUPS, { signal }),
  })
  return (
    <QueueFrame view="groups">
      {groups.isPending && <Spinner label={common.loading} />}
      {groups.isError && <Failure error={groups.error} onRetry={() => void groups.refetch()} />}
      {groups.data && <Groups groups={groups.data} onAsk={setAsked} />}
      {asked && (
        <ActDialog
          act={asked.act}
          selected={{ type: 'fitting', filter: asked.filter }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </QueueFrame>
  )
}

function Groups({ groups, onAsk }: { readonly groups: QueueGroups; readonly onAsk: (asked: Asked) => void }) {
  const t = useTexts(queueTexts)
  const common = useTexts(commonTexts)
  const { number } = useFormats()
  const [shown, setShown] = useState(SHOWN)
  const columns = useColumns(onAsk)
  if (groups.messages === 0) return <Text>{t.nothing}</Text>
  return (
    <>
      <Text>{t.waiting(number(groups.messages))}</Text>
      {!groups.isComplete && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t.counted}</MessageBarBody>
        </MessageBar>
      )}
      <DataTable
        label={t.views.groups}
        items={groups.value.slice(0, shown)}
        keyOf={({ applicationId, destination }) => `${applicationId} ${destination}`}
        columns={columns}
      />
      {groups.value.length > shown && <Button onClick={() => setShown(shown + SHOWN)}>{common.loadMore}</Button>}
    </>
  )
}

function useColumns(onAsk: (asked: Asked) => void): readonly Column<QueueGroup>[] {
  const t = useTexts(queueTexts)
  const { number, time, fromNow } = useFormats()
  return [
    {
      key: 'destination',
      header: t.destination,
      width: 150,
      cell: ({ applicationId, destination }) => (
        <Link to={addressOfQueue({ applicationId, destination })}>
          <ForeignText text={destination} />
        </Link>
      ),
    },
    {
      key: 'actions',
      header: t.actions,
      width: 70,
      cell: (group) => <GroupMenu group={group} onAsk={onAsk} />,
    },
    {
      key: 'application',
      header: t.application,
      width: 150,
      cell: ({ applicationId }) => <ApplicationLink applicationId={applicationId} />,
    },
    { key: 'messages', header: t.messages, width: 95, cell: ({ messages }) => number(messages) },
    { key: 'held', header: t.held, width: 95, cell: ({ held }) => number(held) },
    {
      key: 'oldest',
      header: t.oldest,
      width: 100,
      cell: ({ oldestAt }) => <span title={time(oldestAt)}>{fromNow(oldestAt)}</span>,
    },
    {
      key: 'next',
      header: t.nextAttempt,
      width: 100,
      cell: ({ nextAttemptAt }) =>
        nextAttemptAt === undefined ? t.none : <span title={time(nextAttemptAt)}>{fromNow(nextAttemptAt)}</span>,
    },
    {
      key: 'reply',
      header: t.lastReply,
      width: 190,
      cell: ({ lastReply = '' }) => <ForeignText text={lastReply} lines={2} />,
    },
  ]
}

function GroupMenu({ group, onAsk }: { readonly group: QueueGroup; readonly onAsk: (asked: Asked) => void }) {
  const t = useTexts(queueTexts)
  const navigate = useNavigate()
  const { applicationId, destination } = group
  const filter = { applicationId, destination }
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          size="small"
          appearance="subtle"
          icon={<MoreHorizontalRegular />}
          aria-label={t.actionsOn(visibleText(destination))}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => void navigate(addressOfQueue(filter))}>{t.show}</MenuItem>
          <MenuDivider />
          <MenuItem onClick={() => onAsk({ act: 'retry', filter })}>{t.retry}</MenuItem>
          <GuardedMenuItem scope="/" right={HOLD} onClick={() => onAsk({ act: 'hold', filter })}>
            {t.hold}
          </GuardedMenuItem>
          <MenuItem onClick={() => onAsk({ act: 'delete', filter })}>{t.delete}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
