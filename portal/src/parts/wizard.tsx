// A form in steps, as Azure's portal has them: tabs, Previous and Next, and a last step that shows everything before it is done.

import { Button, makeStyles, Tab, TabList, tokens } from '@fluentui/react-components'
import { type ReactNode, useState } from 'react'
import { commonTexts } from '../texts/common.ts'
import { useTexts } from '../texts/language.tsx'
import { Failure } from './failure.tsx'

export type Step = {
  readonly name: string
  readonly title: string
  readonly content: ReactNode
  /** What is not filled in yet keeps the last step from being done, and nothing else. */
  readonly isComplete?: boolean
}

const useStyles = makeStyles({
  wizard: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalL, minWidth: 0 },
  tabs: { flexWrap: 'wrap' },
  step: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalM,
    maxWidth: '900px',
    minWidth: 0,
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
})

export function Wizard(props: {
  /** The last one reviews. */
  readonly steps: readonly Step[]
  /** What the last step does: “Review + create” is its title, “Create” is this. */
  readonly verb: string
  readonly isBusy: boolean
  readonly error: unknown
  readonly onDone: () => void
  readonly onCancel: () => void
}) {
  const { steps, verb, isBusy, error, onDone, onCancel } = props
  const t = useTexts(commonTexts)
  const styles = useStyles()
  const [at, setAt] = useState(0)
  const isLast = at === steps.length - 1
  const isReady = steps.every(({ isComplete = true }) => isComplete)
  const step = steps[at]
  return (
    <div className={styles.wizard}>
      <TabList
        className={styles.tabs}
        selectedValue={step?.name}
        onTabSelect={(_event, { value }) => setAt(steps.findIndex(({ name }) => name === value))}
      >
        {steps.map(({ name, title }) => (
          <Tab key={name} value={name}>
            {title}
          </Tab>
        ))}
      </TabList>
      <div className={styles.step} role="tabpanel" aria-label={step?.title}>
        {step?.content}
      </div>
      {error != null && <Failure error={error} />}
      <div className={styles.actions}>
        {isLast ? (
          <Button appearance="primary" disabled={!isReady || isBusy} onClick={onDone}>
            {verb}
          </Button>
        ) : (
          <Button appearance="primary" onClick={() => setAt(steps.length - 1)}>
            {steps.at(-1)?.title}
          </Button>
        )}
        <Button disabled={at === 0} onClick={() => setAt(at - 1)}>
          {t.previous}
        </Button>
        <Button disabled={isLast} onClick={() => setAt(at + 1)}>
          {t.next}
        </Button>
        <Button appearance="subtle" onClick={onCancel}>
          {t.cancel}
        </Button>
      </div>
    </div>
  )
}
