// Which page is where. Every page is loaded when it is first opened.

import type { RouteObject } from 'react-router'
import { areas } from './areas.ts'
import { NoPage, PageCrashed } from './shell/no-page.tsx'
import { Shell } from './shell/shell.tsx'

export const routes: RouteObject[] = [
  {
    path: '/',
    element: <Shell />,
    children: [
      {
        errorElement: <PageCrashed />,
        children: [
          ...areas
            .flatMap(({ pages }) => pages)
            .map(({ path, load }) => ({ path, lazy: async () => ({ Component: await load() }) })),
          {
            path: 'resource/*',
            lazy: async () => ({ Component: (await import('./resource/resource-page.tsx')).ResourcePage }),
          },
          { path: '*', element: <NoPage /> },
        ],
      },
    ],
  },
]
