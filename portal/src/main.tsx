// Where the page begins: with who is signed in.

import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { comeBack } from './session/oidc.ts'

// A page that the browser has put aside comes back as it was, even after signing out.
window.addEventListener('pageshow', ({ persisted }) => persisted && window.location.reload())

const root = createRoot(document.getElementById('root') ?? document.body)
const outcome = await comeBack().then(
  (session) => ({ session, failure: undefined }),
  (error: unknown) => ({ session: undefined, failure: error instanceof Error ? error.message : String(error) }),
)
root.render(<App {...outcome} />)
