// What somebody sees who holds no role at all: that nothing is wrong, what they need, who can give it, and what to tell them.

import { Body1, Button, makeStyles, Subtitle1, tokens } from '@fluentui/react-components'
import { useQueryClient } from '@tanstack/react-query'
import { CopyField } from '../../parts/copy-field.tsx'
import { useSession } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { noRoleTexts } from './no-role-texts.ts'

const useStyles = makeStyles({
  page: { display: 'grid', gap: tokens.spacingVerticalM, maxWidth: '640px', minWidth: 0 },
  roles: { margin: 0, paddingLeft: tokens.spacingHorizontalXL },
})

export function NoRole() {
  const t = useTexts(noRoleTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const queries = useQueryClient()
  const { userName, userId } = useSession()
  return (
    <section className={styles.page}>
      <Subtitle1 as="h2">{t.title}</Subtitle1>
      <Body1>{t.signedIn}</Body1>
      <Body1>{t.which}</Body1>
      <ul className={styles.roles}>
        {t.roles.split('\n').map((role) => (
          <li key={role}>{role}</li>
        ))}
      </ul>
      <Body1>{t.who}</Body1>
      {userName !== '' && <CopyField label={t.userName} value={userName} />}
      <CopyField label={t.objectId} value={userId} />
      <div>
        <Button onClick={() => void queries.invalidateQueries()}>{common.retry}</Button>
      </div>
    </section>
  )
}
