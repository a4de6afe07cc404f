// Where an installation keeps what in its data directory.

import { join } from 'node:path'
import type { Config } from '../config/schema.ts'

type Place = (config: Pick<Config, 'dataDirectory'>) => string

export const databasePath: Place = ({ dataDirectory }) => join(dataDirectory, 'postern.db')
export const contentDirectory: Place = ({ dataDirectory }) => join(dataDirectory, 'content')
export const tlsDirectory: Place = ({ dataDirectory }) => join(dataDirectory, 'tls')
export const quickstartFile: Place = ({ dataDirectory }) => join(dataDirectory, 'quickstart.json')
export const developmentCaFile: Place = ({ dataDirectory }) => join(dataDirectory, 'ca.pem')
