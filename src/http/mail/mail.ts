// Our own operations that are no part of the ARM tree: accepted messages, decisions and the capture inbox. They speak like ARM.

import { Hono } from 'hono'
import { requireBearer, type BearerDependencies } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { pageQuery } from '../paging.ts'
import type { HttpEnv } from '../request-context.ts'
import { created, done, listOf, ok } from '../responses.ts'
import { described, route } from '../route.ts'
import { CAPTURES_PATH, deleteCaptures, listCaptures, readCapture, readCaptureContent } from './captures.ts'
import {
  CREDENTIAL_DEVICES_PATH,
  credentialDevicesQuery,
  credentialDevicesSchema,
  listCredentialDevices,
} from './credential-devices.ts'
import { CREDENTIALS_PATH, credentialSchema, credentialsQuery, listCredentials } from './credentials.ts'
import { DECISIONS_PATH, decisionsQuery, decisionSummarySchema, listDecisions } from './decision-list.ts'
import { readDecision } from './decisions.ts'
import { clearFault, faultBody, faultSchema, FAULTS_PATH, faultsSchema, listFaults, setFault } from './faults.ts'
import { answerDiagnosis, DIAGNOSE_PATH, diagnosisQuestion } from './diagnose-login.ts'
import {
  clearBody,
  clearLoginLimits,
  listLoginLimits,
  LOGIN_LIMITS_PATH,
  loginLimitSchema,
  loginLimitsQuery,
} from './login-limits.ts'
import {
  capturesDeleted,
  captureSchema,
  decisionSchema,
  diagnosisSchema,
  messageDetailSchema,
  messageSchema,
  messageTimelineSchema,
} from './mail-schemas.ts'
import { messagesQuery } from './message-filter.ts'
import { readTimeline } from './message-timeline.ts'
import { listMessages, MESSAGES_PATH, readMessage } from './messages.ts'
import { devicePasswordBody, madeDevicePassword, makeDevicePassword } from './make-device-password.ts'
import { addQueueRoutes } from './queue-routes.ts'
import { readStatistics, STATISTICS_PATH, statisticsQuery, statisticsSchema } from './statistics.ts'
import { SEND_TEST_PATH, sendTest, sendTestBody, sendTestResult } from './send-test.ts'
import { rotatedSecret, rotateSecret, rotateSecretBody } from './rotate-secret.ts'

export function createMailApp(dependencies: HttpDependencies & BearerDependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  const messages = MESSAGES_PATH.toLowerCase()
  app.use('/capture/*', requireBearer(dependencies, 'capture'))
  app.use('/providers/postern.mail/*', requireBearer(dependencies, 'management'))
  route(app, messages, {
    GET: described({ query: messagesQuery, response: ok(listOf(messageSchema)) }, listMessages(dependencies)),
  })
  route(app, `${messages}/:id/timeline`, {
    GET: described({ response: ok(messageTimelineSchema) }, readTimeline(dependencies)),
  })
  route(app, `${messages}/:id`, {
    GET: described({ response: ok(messageDetailSchema) }, readMessage(dependencies)),
  })
  route(app, STATISTICS_PATH.toLowerCase(), {
    GET: described({ query: statisticsQuery, response: ok(statisticsSchema) }, readStatistics(dependencies)),
  })
  const decisions = DECISIONS_PATH.toLowerCase()
  route(app, decisions, {
    GET: described({ query: decisionsQuery, response: ok(listOf(decisionSummarySchema)) }, listDecisions(dependencies)),
  })
  route(app, `${decisions}/:reference`, {
    GET: described({ response: ok(decisionSchema) }, readDecision(dependencies)),
  })
  route(app, DIAGNOSE_PATH, {
    POST: described({ body: diagnosisQuestion, response: ok(diagnosisSchema) }, answerDiagnosis(dependencies)),
  })
  route(app, SEND_TEST_PATH, {
    POST: described({ body: sendTestBody, response: ok(sendTestResult) }, sendTest(dependencies)),
  })
  addCaptureRoutes(app, dependencies)
  route(app, LOGIN_LIMITS_PATH.toLowerCase(), {
    GET: described({ query: loginLimitsQuery, response: ok(listOf(loginLimitSchema)) }, listLoginLimits(dependencies)),
  })
  route(app, `${LOGIN_LIMITS_PATH.toLowerCase()}/clear`, {
    POST: described({ body: clearBody, response: done }, clearLoginLimits(dependencies)),
  })
  route(app, CREDENTIALS_PATH.toLowerCase(), {
    GET: described({ query: credentialsQuery, response: ok(listOf(credentialSchema)) }, listCredentials(dependencies)),
  })
  route(app, CREDENTIAL_DEVICES_PATH.toLowerCase(), {
    GET: described(
      { query: credentialDevicesQuery, response: ok(credentialDevicesSchema) },
      listCredentialDevices(dependencies),
    ),
  })
  route(app, '/providers/postern.mail/applications/:application/rotatesecret', {
    POST: described({ body: rotateSecretBody, response: ok(rotatedSecret) }, rotateSecret(dependencies)),
  })
  route(app, '/providers/postern.mail/applications/:application/devicepassword', {
    POST: described({ body: devicePasswordBody, response: ok(madeDevicePassword) }, makeDevicePassword(dependencies)),
  })
  addQueueRoutes(app, dependencies)
  route(app, FAULTS_PATH.toLowerCase(), {
    GET: described({ response: ok(faultsSchema) }, listFaults(dependencies)),
    POST: described({ body: faultBody, response: created(faultSchema) }, setFault(dependencies)),
  })
  route(app, `${FAULTS_PATH.toLowerCase()}/:id`, { DELETE: described({ response: done }, clearFault(dependencies)) })
  return app
}

function addCaptureRoutes(app: Hono<HttpEnv>, dependencies: HttpDependencies): void {
  const query = pageQuery
  route(app, CAPTURES_PATH, {
    GET: described({ query, response: ok(listOf(captureSchema)) }, listCaptures(dependencies)),
    DELETE: described({ response: ok(capturesDeleted) }, deleteCaptures(dependencies)),
  })
  route(app, `${CAPTURES_PATH}/:id`, {
    GET: described({ response: ok(captureSchema) }, readCapture(dependencies)),
  })
  route(app, `${CAPTURES_PATH}/:id/raw`, {
    GET: described({ response: ok({ mediaType: 'message/rfc822' }) }, readCaptureContent(dependencies)),
  })
}
