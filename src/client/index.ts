/** `sessionwright/client`: remote browser sessions without Playwright Test. */
export {
  Session,
  SessionsClient,
  type ClientOptions,
  type ConnectOptions,
} from './sessions-client';
export type { NetworkLogs, NetworkLogsOptions } from './network-logs';
export type { WorkflowCodeOptions } from './workflow-code';
export { Replay, type ReplayOptions } from './replay';
export type { AccountFiles, DownloadOptions, FileToUpload, SessionFiles } from './files';
export type { ProfileCookieOptions, Profiles } from './profiles';
export type { ClientWarning, StartSessionOptions } from './options';
export type {
  Action,
  ActionOf,
  ActionTarget,
  ActionType,
  FormFields,
  NodeSelectors,
} from '../contract/actions';
export type { Cookie } from '../contract/cookies';
export type { DebugInfo, DebugTab } from '../contract/debug';
export type { ExecutionResult } from '../contract/execution';
export type { ListOptions, SessionList } from '../contract/list';
export type {
  BoundingBox,
  ElementState,
  Observation,
  ObservedElement,
  ObservedTab,
  ObserveOptions,
  PageCategory,
  Viewport,
} from '../contract/observation';
export type { HarEntry, NetworkLogBatch } from '../contract/network-logs';
export type { ProxyOptions } from '../contract/proxies';
export type { ReplayInfo } from '../contract/replay';
export type {
  ImageCategory,
  ScrapedData,
  ScrapedImage,
  ScrapeOptions,
  StructuredData,
} from '../contract/scrape';
export type {
  CookieMode,
  CookieSource,
  Profile,
  ProfileList,
  ProfileListOptions,
} from '../contract/profiles';
export type { StoredFile } from '../contract/storage';
export type { TestBegins, TestEnds, TestNote, TestRun, TestStep } from '../contract/test-notes';
export type { Size } from '../contract/limits';
export type { SessionInfo, SessionStatus, StartOptions } from '../contract/session';
export type { WorkflowCode } from '../contract/workflow-code';
export {
  ApiError,
  ApiUnreachableError,
  AuthenticationError,
  CdpError,
  ContractError,
  CookieFileError,
  InvalidRequestError,
  isSessionwrightError,
  NotFoundError,
  OptionsError,
  OverloadedError,
  PermissionError,
  RateLimitError,
  ServerError,
  SessionEndedError,
  SessionwrightError,
  TimeoutError,
} from '../contract/errors';
