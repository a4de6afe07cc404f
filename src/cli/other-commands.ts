// All commands but those that run a service or make one: a few of one word, then nouns and what can be done to them. Names follow `az`
// where it has the noun.

import type { Command } from 'commander'
import type { CommandContext } from './command.ts'
import { addAdAppCreate } from './commands/ad-app-create.ts'
import { addAdAppCredentialDelete } from './commands/ad-app-credential-delete.ts'
import { addAdAppCredentialList } from './commands/ad-app-credential-list.ts'
import { addAdAppCredentialReset } from './commands/ad-app-credential-reset.ts'
import { addAdAppDelete } from './commands/ad-app-delete.ts'
import { addAdAppList } from './commands/ad-app-list.ts'
import { addAdGroupCreate } from './commands/ad-group-create.ts'
import { addAdGroupDelete } from './commands/ad-group-delete.ts'
import { addAdGroupList } from './commands/ad-group-list.ts'
import { addAdGroupMemberAdd } from './commands/ad-group-member-add.ts'
import { addAdGroupMemberList } from './commands/ad-group-member-list.ts'
import { addAdGroupMemberRemove } from './commands/ad-group-member-remove.ts'
import { addAdSpCreate } from './commands/ad-sp-create.ts'
import { addAdSpUpdate } from './commands/ad-sp-update.ts'
import { addAdUserCreate } from './commands/ad-user-create.ts'
import { addAdUserDelete } from './commands/ad-user-delete.ts'
import { addAdUserList } from './commands/ad-user-list.ts'
import { addAdUserUpdate } from './commands/ad-user-update.ts'
import { addAuditList } from './commands/audit-list.ts'
import { addCommunicationCreate } from './commands/communication-create.ts'
import { addCommunicationDelete } from './commands/communication-delete.ts'
import { addCommunicationEmailCreate } from './commands/communication-email-create.ts'
import { addCommunicationEmailDelete } from './commands/communication-email-delete.ts'
import { addCommunicationEmailDomainCreate } from './commands/communication-email-domain-create.ts'
import { addCommunicationEmailDomainDelete } from './commands/communication-email-domain-delete.ts'
import { addCommunicationEmailDomainInitiateVerification } from './commands/communication-email-domain-initiate-verification.ts'
import { addCommunicationEmailDomainList } from './commands/communication-email-domain-list.ts'
import { addCommunicationEmailDomainRotateDkim } from './commands/communication-email-domain-rotate-dkim.ts'
import { addCommunicationEmailDomainSenderUsernameCreate } from './commands/communication-email-domain-sender-username-create.ts'
import { addCommunicationEmailDomainSenderUsernameDelete } from './commands/communication-email-domain-sender-username-delete.ts'
import { addCommunicationEmailDomainSenderUsernameList } from './commands/communication-email-domain-sender-username-list.ts'
import { addCommunicationEmailDomainShow } from './commands/communication-email-domain-show.ts'
import { addCommunicationEmailDomainUpdate } from './commands/communication-email-domain-update.ts'
import { addCommunicationEmailList } from './commands/communication-email-list.ts'
import { addCommunicationList } from './commands/communication-list.ts'
import { addCommunicationListKey } from './commands/communication-list-key.ts'
import { addCommunicationRegenerateKey } from './commands/communication-regenerate-key.ts'
import { addCommunicationSettings } from './commands/communication-settings.ts'
import { addCommunicationShow } from './commands/communication-show.ts'
import { addCommunicationSmtpCredentialCreate } from './commands/communication-smtp-credential-create.ts'
import { addCommunicationSmtpUsernameCreate } from './commands/communication-smtp-username-create.ts'
import { addCommunicationSmtpUsernameDelete } from './commands/communication-smtp-username-delete.ts'
import { addCommunicationSmtpUsernameList } from './commands/communication-smtp-username-list.ts'
import { addCommunicationUpdate } from './commands/communication-update.ts'
import { addConfigCheck } from './commands/config-check.ts'
import { addConfigDescribe } from './commands/config-describe.ts'
import { addDbCopy } from './commands/db-copy.ts'
import { addDbMigrate } from './commands/db-migrate.ts'
import { addDbStatus } from './commands/db-status.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExplain } from './commands/explain.ts'
import { addFaultClear } from './commands/fault-clear.ts'
import { addFaultList } from './commands/fault-list.ts'
import { addFaultSet } from './commands/fault-set.ts'
import { addEventList } from './commands/event-list.ts'
import { addEventReplay } from './commands/event-replay.ts'
import { addEventSubscriptionCreate } from './commands/event-subscription-create.ts'
import { addEventSubscriptionDelete } from './commands/event-subscription-delete.ts'
import { addEventSubscriptionList } from './commands/event-subscription-list.ts'
import { addEventSubscriptionRotateSecret } from './commands/event-subscription-rotate-secret.ts'
import { addEventSubscriptionShow } from './commands/event-subscription-show.ts'
import { addGroupCreate } from './commands/group-create.ts'
import { addGroupDelete } from './commands/group-delete.ts'
import { addGroupList } from './commands/group-list.ts'
import { addLoginLimitsClear } from './commands/login-limits-clear.ts'
import { addLoginLimitsList } from './commands/login-limits-list.ts'
import { addIdentityProviderDelete } from './commands/identity-provider-delete.ts'
import { addIdentityProviderList } from './commands/identity-provider-list.ts'
import { addIdentityProviderSet } from './commands/identity-provider-set.ts'
import { addIdentityProviderShow } from './commands/identity-provider-show.ts'
import { addMessageList } from './commands/message-list.ts'
import { addMessageShow } from './commands/message-show.ts'
import { addQueueDelete } from './commands/queue-delete.ts'
import { addQueueDestinations } from './commands/queue-destinations.ts'
import { addQueueHold } from './commands/queue-hold.ts'
import { addQueueHolds } from './commands/queue-holds.ts'
import { addQueueList } from './commands/queue-list.ts'
import { addQueueRelease } from './commands/queue-release.ts'
import { addQueueRetry } from './commands/queue-retry.ts'
import { addQueueShow } from './commands/queue-show.ts'
import { addQueueSummary } from './commands/queue-summary.ts'
import { addQuotaList } from './commands/quota-list.ts'
import { addQuotaRemove } from './commands/quota-remove.ts'
import { addQuotaSet } from './commands/quota-set.ts'
import { addQuotaShow } from './commands/quota-show.ts'
import { addRoleAssignmentCreate } from './commands/role-assignment-create.ts'
import { addRoleAssignmentDelete } from './commands/role-assignment-delete.ts'
import { addRoleAssignmentList } from './commands/role-assignment-list.ts'
import { addRoleDefinitionClone } from './commands/role-definition-clone.ts'
import { addRoleDefinitionCreate } from './commands/role-definition-create.ts'
import { addRoleDefinitionDelete } from './commands/role-definition-delete.ts'
import { addRoleDefinitionList } from './commands/role-definition-list.ts'
import { addRoleDenyAssignmentDelete } from './commands/role-deny-assignment-delete.ts'
import { addRoleDenyAssignmentList } from './commands/role-deny-assignment-list.ts'
import { addSend } from './commands/send.ts'
import { addSuppressionAdd } from './commands/suppression-add.ts'
import { addSuppressionList } from './commands/suppression-list.ts'
import { addSuppressionRemove } from './commands/suppression-remove.ts'

type AddCommand = (parent: Command, context: CommandContext) => void

export function addOtherCommands(program: Command, context: CommandContext): void {
  addSend(program, context)
  addDoctor(program, context)
  addExplain(program, context)
  const add = (path: string, description: string, commands: readonly AddCommand[]): void => {
    const parent = group(program, path.split(' '), description)
    for (const command of commands) command(parent, context)
  }
  add('message', 'Accepted messages.', [addMessageList, addMessageShow])
  addQueue(add)
  addEvents(add)
  addCommunication(add)
  addDirectory(add)
  add('identity-provider', 'Who proves the logins of a tenant.', [
    addIdentityProviderList,
    addIdentityProviderShow,
    addIdentityProviderSet,
    addIdentityProviderDelete,
  ])
  add('group', 'Resource groups.', [addGroupCreate, addGroupList, addGroupDelete])
  add('role', 'Roles and who has them.', [])
  add('role definition', 'What a role allows.', [
    addRoleDefinitionCreate,
    addRoleDefinitionClone,
    addRoleDefinitionList,
    addRoleDefinitionDelete,
  ])
  add('role assignment', 'Who has which role where.', [
    addRoleAssignmentCreate,
    addRoleAssignmentList,
    addRoleAssignmentDelete,
  ])
  add('role deny-assignment', 'What is denied whatever the roles.', [
    addRoleDenyAssignmentList,
    addRoleDenyAssignmentDelete,
  ])
  add('audit', 'The log of changes.', [addAuditList])
  add('login-limits', 'Who waits after failed logins.', [addLoginLimitsList, addLoginLimitsClear])
  add('fault', 'What is to go wrong on request, for tests.', [addFaultSet, addFaultList, addFaultClear])
  add('config', 'The configuration file.', [addConfigCheck, addConfigDescribe])
  add('db', 'The store itself: its schema, and moving it to PostgreSQL.', [addDbStatus, addDbMigrate, addDbCopy])
}

type Add = (path: string, description: string, commands: readonly AddCommand[]) => void

function addQueue(add: Add): void {
  add('queue', 'Mail that waits: what, how long and why; stopping it, letting it go, giving it up.', [
    addQueueList,
    addQueueSummary,
    addQueueShow,
    addQueueHold,
    addQueueHolds,
    addQueueRelease,
    addQueueRetry,
    addQueueDelete,
    addQueueDestinations,
  ])
  add('quota', 'How much may be sent, and how much is left.', [addQuotaList, addQuotaShow, addQuotaSet, addQuotaRemove])
  add('suppression', 'Addresses that mail does not go to.', [
    addSuppressionList,
    addSuppressionAdd,
    addSuppressionRemove,
  ])
}

function addEvents(add: Add): void {
  add('event', 'What happened, and telling it again.', [addEventList, addEventReplay])
  add('event subscription', 'Who is told of events.', [
    addEventSubscriptionCreate,
    addEventSubscriptionList,
    addEventSubscriptionShow,
    addEventSubscriptionRotateSecret,
    addEventSubscriptionDelete,
  ])
}

function addCommunication(add: Add): void {
  add('communication', 'Communication services: what programs send through.', [
    addCommunicationCreate,
    addCommunicationList,
    addCommunicationShow,
    addCommunicationUpdate,
    addCommunicationDelete,
    addCommunicationListKey,
    addCommunicationRegenerateKey,
    addCommunicationSettings,
  ])
  add('communication smtp-credential', 'All that a device needs, in one step.', [addCommunicationSmtpCredentialCreate])
  add('communication smtp-username', 'Short SMTP user names.', [
    addCommunicationSmtpUsernameCreate,
    addCommunicationSmtpUsernameList,
    addCommunicationSmtpUsernameDelete,
  ])
  add('communication email', 'Email services: what holds domains.', [
    addCommunicationEmailCreate,
    addCommunicationEmailList,
    addCommunicationEmailDelete,
  ])
  add('communication email domain', 'Domains to send from.', [
    addCommunicationEmailDomainCreate,
    addCommunicationEmailDomainList,
    addCommunicationEmailDomainShow,
    addCommunicationEmailDomainInitiateVerification,
    addCommunicationEmailDomainRotateDkim,
    addCommunicationEmailDomainUpdate,
    addCommunicationEmailDomainDelete,
  ])
  add('communication email domain sender-username', 'Addresses that mail of a domain may come from.', [
    addCommunicationEmailDomainSenderUsernameCreate,
    addCommunicationEmailDomainSenderUsernameList,
    addCommunicationEmailDomainSenderUsernameDelete,
  ])
}

function addDirectory(add: Add): void {
  add('ad', 'The directory.', [])
  add('ad app', 'Applications.', [addAdAppCreate, addAdAppList, addAdAppDelete])
  add('ad app credential', 'Client secrets of an application.', [
    addAdAppCredentialReset,
    addAdAppCredentialList,
    addAdAppCredentialDelete,
  ])
  add('ad sp', 'Service principals: who has roles.', [addAdSpCreate, addAdSpUpdate])
  add('ad group', 'Groups.', [addAdGroupCreate, addAdGroupList, addAdGroupDelete])
  add('ad group member', 'Members of a group.', [addAdGroupMemberAdd, addAdGroupMemberList, addAdGroupMemberRemove])
  add('ad user', 'Users: who signs in to the portal.', [
    addAdUserCreate,
    addAdUserList,
    addAdUserUpdate,
    addAdUserDelete,
  ])
}

/** The command at the path, made at its first mention; what it lies under has been mentioned before. */
function group(program: Command, path: readonly string[], description: string): Command {
  const name = path.at(-1) ?? ''
  const parent = path.slice(0, -1).reduce((at, word) => at.commands.find((one) => one.name() === word) ?? at, program)
  return parent.command(name).description(description)
}
