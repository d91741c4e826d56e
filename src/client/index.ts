/** `sessionwright/client`: remote browser sessions without Playwright Test. */
export { SessionsClient, type ConnectOptions } from './sessions-client';
export { Session } from './session';
export { Replay, type ReplayOptions } from './replay';
export type { ClientOptions, ClientWarning, StartSessionOptions } from './options';
export type { Action, ActionOf, ActionTarget, ActionType, FormFields, NodeSelectors } from '../contract/actions';
export type { Cookie } from '../contract/cookies';
export type { DebugInfo, DebugTab } from '../contract/debug';
export type { DataSpace, ExecutionResult } from '../contract/execution';
export type { ListOptions, SessionList } from '../contract/list';
export type { ProxyOptions } from '../contract/proxies';
export type { ReplayInfo } from '../contract/replay';
export type { SessionInfo, SessionStatus, Size, StartOptions } from '../contract/session';
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
