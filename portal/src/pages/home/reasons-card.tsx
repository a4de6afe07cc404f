// Why logins and messages were refused, the most frequent reasons first.

import { Card, Subtitle2, Text } from '@fluentui/react-components'
import { useId } from 'react'
import { Link } from 'react-router'
import { BarList } from '../../parts/charts/bar-list.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { useWords } from '../failed-logins/words.ts'
import { activityTexts } from './activity-texts.ts'
import type { Figures } from './statistics.ts'

const MOST = 8

export function ReasonsCard({ refusals }: { readonly refusals: Figures['refusals'] }) {
  const t = useTexts(activityTexts)
  const { number } = useFormats()
  const heading = useId()
  const words = useWords()
  const most = refusals[0]?.count ?? 1
  return (
    <Card role="group" aria-labelledby={heading}>
      <Subtitle2 as="h3" id={heading}>
        {t.reasons}
      </Subtitle2>
      {refusals.length === 0 ? (
        <Text>{t.noRefusals}</Text>
      ) : (
        <>
          <BarList
            label={t.reasons}
            bars={refusals.slice(0, MOST).map(({ reason, count }) => ({
              key: reason,
              name: (
                <Link to={`/failed-logins?${new URLSearchParams({ reason }).toString()}`}>{words.reason(reason)}</Link>
              ),
              share: count / most,
              text: number(count),
            }))}
          />
          <Link to="/failed-logins">{t.toFailedLogins}</Link>
        </>
      )}
    </Card>
  )
}
