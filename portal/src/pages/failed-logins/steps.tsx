// How far an attempt came: the steps it passed, and the one it failed at.

import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components'
import { CheckmarkCircleRegular, DismissCircleRegular } from '@fluentui/react-icons'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { useTexts } from '../../texts/language.tsx'
import type { Step } from './decision.ts'
import { failedLoginsTexts } from './texts.ts'
import { useWords } from './words.ts'

const useStyles = makeStyles({
  steps: { listStyleType: 'none', display: 'grid', gap: tokens.spacingVerticalM, margin: 0, padding: 0 },
  step: { display: 'grid', gridTemplateColumns: '24px minmax(0, 1fr)', gap: tokens.spacingHorizontalS },
  sign: { fontSize: '20px' },
  passed: { color: tokens.colorStatusSuccessForeground1 },
  failed: { color: tokens.colorStatusDangerForeground1 },
})

export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  const t = useTexts(failedLoginsTexts)
  const words = useWords()
  const styles = useStyles()
  if (steps.length === 0) return <Text>{t.stepsNone}</Text>
  return (
    <ol className={styles.steps}>
      {steps.map(({ step, passed, detail }, index) => (
        <li key={index} className={styles.step}>
          <span className={mergeClasses(styles.sign, passed ? styles.passed : styles.failed)} aria-hidden>
            {passed ? <CheckmarkCircleRegular /> : <DismissCircleRegular />}
          </span>
          <div>
            <Text weight="semibold">
              {words.step(step)}: {passed ? t.passed : t.failed}
            </Text>
            <div>
              <ForeignText text={detail} />
            </div>
          </div>
        </li>
      ))}
    </ol>
  )
}
