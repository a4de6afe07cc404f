// Where the page begins: with who is signed in.

import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { comeBack } from './session/oidc.ts'

const root = createRoot(document.getElementById('root') ?? document.body)
const outcome = await comeBack().then(
  (session) => ({ session, failure: undefined }),
  (error: unknown) => ({ session: undefined, failure: error instanceof Error ? error.message : String(error) }),
)
root.render(<App {...outcome} />)
