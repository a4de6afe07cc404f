// What the portal consists of. An area brings its pages, its entry in the menu, and the blades that it adds to the pages of resources.

import type { FluentIcon } from '@fluentui/react-icons'
import type { ComponentType } from 'react'
import { capturesArea } from './pages/captures/area.ts'
import { communicationArea } from './pages/communication/area.ts'
import { emailArea } from './pages/email/area.ts'
import { accountArea } from './pages/account/area.ts'
import { directoryArea } from './pages/directory/area.ts'
import { failedLoginsArea } from './pages/failed-logins/area.ts'
import { auditArea } from './pages/audit/area.ts'
import { eventsArea } from './pages/events/area.ts'
import { faultsArea } from './pages/faults/area.ts'
import { homeArea } from './pages/home/area.ts'
import { iamArea } from './pages/iam/area.ts'
import { messagesArea } from './pages/messages/area.ts'
import { queueArea } from './pages/queue/area.ts'
import { resourcesArea } from './pages/resources/area.ts'
import { startArea } from './pages/start/area.ts'
import type { Texts } from './texts/texts.ts'

type Load<Props> = () => Promise<ComponentType<Props>>
export type Title = Texts<{ readonly title: string }>

export type PageOfArea = {
  /** Below `/portal/`, as React Router reads it. */
  readonly path: string
  readonly load: Load<object>
}
export type MenuEntry = {
  readonly to: string
  readonly icon: FluentIcon
  readonly texts: Title
  /** A hook: left out it is always there. */
  readonly useIsShown?: () => boolean
}

/** What a blade is given: the resource, resource group or subscription that it is about. */
export type BladeProps = { readonly id: string; readonly type: string }
export type Blade = {
  /** The last part of the address. */
  readonly name: string
  readonly icon: FluentIcon
  readonly texts: Title
  /** Lower-case types of what has it. */
  readonly types: readonly string[]
  readonly load: Load<BladeProps>
}

export type Area = {
  readonly pages: readonly PageOfArea[]
  readonly menu?: readonly MenuEntry[]
  readonly blades?: readonly Blade[]
}

/** In the order of the menu. */
export const areas: readonly Area[] = [
  homeArea,
  startArea,
  resourcesArea,
  iamArea,
  communicationArea,
  emailArea,
  messagesArea,
  capturesArea,
  queueArea,
  failedLoginsArea,
  directoryArea,
  eventsArea,
  auditArea,
  faultsArea,
  accountArea,
]
