/** Every route of the server. */
import type { Auth } from '../http/auth';
import type { Route } from '../http/http-router';
import type { UrlSigner } from '../http/signed-urls';
import type { FileStorage } from '../data/storage';
import type { ProfileStore } from '../data/profiles';
import type { Replays } from '../replays/replays';
import type { HeavyWork } from '../../work/heavy-work';
import { bindOperations, type Handlers } from './bind';
import { fileRoutes, storageHandlers } from './files';
import { pageHandlers } from './page';
import { profileHandlers } from './profiles';
import { replayHandlers } from './replays';
import { serviceHandlers, serviceRoutes, type ServiceParts } from './service';
import { sessionHandlers } from './sessions';
import { viewerRoutes, wallHandlers } from './viewer';

/** What the routes need. */
export interface RouteParts extends ServiceParts {
  replays: Replays;
  profiles: ProfileStore;
  storage: FileStorage;
  work: HeavyWork;
  auth: Auth;
  signer: UrlSigner;
}

/** The operations of the API, and the addresses next to them. */
export function routesOf(parts: RouteParts): Route[] {
  const { registry, profiles, storage, signer, auth } = parts;
  const handlers: Handlers = {
    ...serviceHandlers(registry),
    ...sessionHandlers(registry, signer),
    ...pageHandlers(registry),
    ...replayHandlers(parts),
    ...storageHandlers(storage, signer),
    ...profileHandlers(profiles),
    ...wallHandlers(auth),
  };
  return [
    ...bindOperations(handlers, registry),
    ...fileRoutes(parts),
    ...viewerRoutes(parts),
    ...serviceRoutes(parts),
  ];
}
