// What would help: in our own words, the suggestions of the API with their commands and settings to copy, and the ways to the pages where
// it is done.

import { makeStyles, Text, tokens } from '@fluentui/react-components'
import { Link } from 'react-router'
import { addressOfApplication } from '../../parts/application-link.tsx'
import { CopyButton, CopyField } from '../../parts/copy-field.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { addressOf } from '../../resource/resource-id.ts'
import { useTexts } from '../../texts/language.tsx'
import type { Suggestion, Trace } from './decision.ts'
import { failedLoginsTexts } from './texts.ts'
import { useWords } from './words.ts'

const useStyles = makeStyles({
  advice: { display: 'grid', gap: tokens.spacingVerticalL, margin: 0, paddingLeft: tokens.spacingHorizontalXL },
  suggestion: { display: 'grid', gap: tokens.spacingVerticalS, minWidth: 0, maxWidth: '800px' },
  command: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase300,
  },
  ways: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXL}`,
  },
})

export function Advice({ trace }: { readonly trace: Trace }) {
  const t = useTexts(failedLoginsTexts)
  const styles = useStyles()
  const { reason = '', suggestions = [] } = trace
  const lead = useWords().advice(reason)
  return (
    <>
      {lead !== undefined && <Text>{lead}</Text>}
      {lead === undefined && suggestions.length === 0 && <Text>{t.noAdvice}</Text>}
      {lead !== undefined && suggestions.length > 0 && <Text>{t.suggestions}</Text>}
      <ol className={styles.advice}>
        {suggestions.map((suggestion, index) => (
          <li key={index}>
            <OneSuggestion suggestion={suggestion} />
          </li>
        ))}
      </ol>
      <Ways trace={trace} />
    </>
  )
}

export function Ways({ trace }: { readonly trace: Trace }) {
  const t = useTexts(failedLoginsTexts)
  const styles = useStyles()
  const ways = useWays(trace)
  if (ways.length === 0) return null
  return (
    <nav aria-label={t.whatToDo} className={styles.ways}>
      {ways.map(([text, to]) => (
        <Link key={to} to={to}>
          {text}
        </Link>
      ))}
    </nav>
  )
}

function OneSuggestion({ suggestion: { text, command, setting } }: { readonly suggestion: Suggestion }) {
  const t = useTexts(failedLoginsTexts)
  const words = useWords()
  const styles = useStyles()
  return (
    <div className={styles.suggestion}>
      <Text>
        <ForeignText text={text} />
      </Text>
      {setting && <CopyField label={t.setting(words.setting(setting.name))} value={setting.value} />}
      {command !== undefined && <Command command={command} />}
    </div>
  )
}

/** All of it is seen, however long it is: nobody pastes into a shell what they could not read. */
function Command({ command }: { readonly command: string }) {
  const t = useTexts(failedLoginsTexts)
  const styles = useStyles()
  return (
    <div className={styles.command}>
      <code>
        <ForeignText text={command} />
      </code>
      <CopyButton label={t.command} value={command} />
    </div>
  )
}

type Way = readonly [text: string, to: string]

/** The pages where what is wrong is put right. */
function useWays({ reason = '', resourceId, applicationId, access }: Trace): readonly Way[] {
  const t = useTexts(failedLoginsTexts)
  const scope = access?.scope ?? resourceId
  const isAbout = (...starts: readonly string[]) => starts.some((start) => reason.includes(start))
  return [
    ...(scope !== undefined && isAbout('missing-role') ? [[t.openIam, addressOf(scope, 'iam')] as const] : []),
    ...(applicationId !== undefined && isAbout('secret', 'network')
      ? [[t.openSecrets, `${addressOfApplication(applicationId)}/credentials`] as const]
      : []),
    ...(resourceId !== undefined && isAbout('sender-')
      ? [[t.openDomains, addressOf(resourceId, 'domains')] as const]
      : []),
    ...(isAbout('too-many') ? [[t.openLimits, '/failed-logins/waiting'] as const] : []),
    ...(resourceId === undefined ? [] : [[t.openService, addressOf(resourceId)] as const]),
    ...(applicationId === undefined
      ? []
      : [
          [t.application, addressOfApplication(applicationId)] as const,
          [t.moreOf, `/failed-logins?stage=any&applicationId=${applicationId}`] as const,
        ]),
  ]
}
