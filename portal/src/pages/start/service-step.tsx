// Which communication service the device sends through; where there is but one, that.

import { Body1, Dropdown, Field, Option, Spinner } from '@fluentui/react-components'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { Failure } from '../../parts/failure.tsx'
import { addressOf, nameOf } from '../../resource/resource-id.ts'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { useChosen, useServices } from './setup.ts'
import { StepCard } from './step-card.tsx'
import { startTexts } from './texts.ts'

export function ServiceStep() {
  const t = useTexts(startTexts).service
  const common = useTexts(commonTexts)
  const { serviceId, choose } = useChosen()
  const { items, isPending, error } = useServices()
  const [only, ...more] = items
  useEffect(() => {
    if (serviceId === undefined && !isPending && only !== undefined && more.length === 0) choose('service', only.id)
  })
  return (
    <StepCard number={1} title={t.title} text={t.text} state={serviceId === undefined ? 'todo' : 'done'}>
      {error !== null && <Failure error={error} />}
      {isPending && <Spinner label={common.loading} />}
      {!isPending && items.length === 0 && <Body1>{t.none}</Body1>}
      {items.length > 0 && (
        <Field label={t.label}>
          <Dropdown
            value={serviceId === undefined ? '' : nameOf(serviceId)}
            selectedOptions={serviceId === undefined ? [] : [serviceId]}
            onOptionSelect={(_event, { optionValue }) => choose('service', optionValue)}
          >
            {items.map(({ id, name }) => (
              <Option key={id} value={id}>
                {name}
              </Option>
            ))}
          </Dropdown>
        </Field>
      )}
      {serviceId !== undefined && <Link to={addressOf(serviceId)}>{nameOf(serviceId)}</Link>}
    </StepCard>
  )
}
