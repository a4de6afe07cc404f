// What was refused, newest first, by what it was refused at, why, to which application and when; and the box for the reference that
// somebody reads off their device.

import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { ArrowRightRegular } from '@fluentui/react-icons'
import { type SubmitEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { ChoiceFilter, FilterBar, PeriodFilter, TextFilter, useFilters, usePeriod } from '../../parts/filters.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfRefusal, DECISIONS, type DecisionSummary, isReference, readReference, STAGES } from './decision.ts'
import { FailedLoginsFrame } from './failed-logins-frame.tsx'
import { LOGIN_REASONS } from './reason-texts.ts'
import { failedLoginsTexts } from './texts.ts'
import { useWords } from './words.ts'

/** In the address; the API knows it as no stage. */
const ANY_STAGE = 'any'

export function FailedLoginsPage() {
  const t = useTexts(failedLoginsTexts)
  const common = useTexts(commonTexts)
  const words = useWords()
  const { get, isFiltered } = useFilters()
  const { since } = usePeriod()
  const stage = get('stage') || 'AUTH'
  const pages = usePages<DecisionSummary>(DECISIONS, {
    limit: 50,
    stage: stage === ANY_STAGE ? '' : stage,
    reason: get('reason'),
    applicationId: get('applicationId'),
    since,
  })
  return (
    <FailedLoginsFrame title={t.title}>
      <Find />
      <FilterBar>
        <ChoiceFilter
          name="stage"
          label={t.stage}
          choices={[
            ...STAGES.map((name) => ({ value: name, text: t.stages[name] })),
            { value: ANY_STAGE, text: t.anyStage },
          ]}
        />
        <ChoiceFilter
          name="reason"
          label={t.reason}
          choices={[
            { value: '', text: t.anyReason },
            ...LOGIN_REASONS.map((name) => ({ value: name, text: words.reason(name) })),
          ]}
        />
        <TextFilter name="applicationId" label={t.applicationId} />
        <PeriodFilter withEnd={false} />
      </FilterBar>
      <PagedTable
        label={t.views.list}
        pages={pages}
        keyOf={({ reference }) => reference}
        empty={isFiltered ? common.nothingFound : t.none}
        columns={useColumns()}
      />
    </FailedLoginsFrame>
  )
}

function useColumns(): readonly Column<DecisionSummary>[] {
  const t = useTexts(failedLoginsTexts)
  const words = useWords()
  const { time, number } = useFormats()
  return [
    {
      key: 'reference',
      header: t.reference,
      width: 130,
      cell: ({ reference }) => <Link to={addressOfRefusal(reference)}>{reference}</Link>,
    },
    {
      key: 'reason',
      header: t.reason,
      width: 230,
      cell: ({ reason = '', outcome }) => (
        <span title={reason}>
          <ForeignText text={words.reason(reason)} />
          {outcome === 'unavailable' && ` (${t.unavailable})`}
        </span>
      ),
    },
    {
      key: 'user',
      header: t.user,
      width: 230,
      cell: ({ username, applicationId }) => <ForeignText text={username ?? applicationId ?? t.unknown} lines={2} />,
    },
    {
      key: 'client',
      header: t.client,
      width: 150,
      cell: ({ client }) => (
        <ForeignText text={client === undefined ? '' : `${client.address} ${client.name}`} lines={2} />
      ),
    },
    { key: 'time', header: t.time, width: 140, cell: ({ at }) => time(at) },
    { key: 'attempts', header: t.attempts, width: 90, cell: ({ attempts }) => number(attempts) },
  ]
}

const useStyles = makeStyles({
  find: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
  box: { flex: '1 1 240px', maxWidth: '560px' },
})

function Find() {
  const t = useTexts(failedLoginsTexts)
  const styles = useStyles()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const [isFaulty, setIsFaulty] = useState(false)
  const open = (event: SubmitEvent) => {
    event.preventDefault()
    const reference = readReference(typed)
    setIsFaulty(!isReference(reference))
    if (isReference(reference)) void navigate(addressOfRefusal(reference))
  }
  return (
    <form className={styles.find} onSubmit={open}>
      <Field
        label={t.find}
        hint={t.findHint}
        className={styles.box}
        {...(isFaulty && { validationMessage: t.findFault, validationState: 'error' })}
      >
        <Input
          value={typed}
          onChange={(_event, { value }) => setTyped(value)}
          contentAfter={
            <Button
              type="submit"
              appearance="transparent"
              size="small"
              icon={<ArrowRightRegular />}
              aria-label={t.open}
            />
          }
        />
      </Field>
    </form>
  )
}
