/**
 * The part of the Chrome DevTools Protocol that we use, typed by hand: one line per command and per event.
 * Add a line to use another one.
 * @see https://chromedevtools.github.io/devtools-protocol/tot/
 */

type Nothing = Record<string, never>;
/** A command without parameters. */
type NoParams = undefined;

/** What the browser tells of a page, worker, or other thing that can be attached to. */
export interface TargetInfo {
  targetId: string;
  /** `page`, `iframe`, `worker`, `service_worker`, `browser`, `tab` ... */
  type: string;
  title: string;
  url: string;
  attached: boolean;
  openerId?: string;
  browserContextId?: string;
}

/** A cookie as `Storage.getCookies` gives it. `expires` is in seconds since the epoch, -1 for a session cookie. */
export interface CdpCookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  expires: number;
  size: number;
  httpOnly: boolean;
  secure: boolean;
  session: boolean;
  sameSite?: 'Strict' | 'Lax' | 'None';
  partitionKey?: CdpPartitionKey;
}

/** Where a partitioned cookie (CHIPS) belongs. */
export interface CdpPartitionKey {
  topLevelSite: string;
  hasCrossSiteAncestor: boolean;
}

/** A cookie as `Storage.setCookies` takes it. A host-only cookie is set by `url` and without `domain`. */
export interface CdpCookieParam {
  name: string;
  value: string;
  url?: string;
  domain?: string;
  path?: string;
  expires?: number;
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: 'Strict' | 'Lax' | 'None';
  partitionKey?: CdpPartitionKey;
}

/** Which targets to attach to, first match wins. */
export type TargetFilter = { type?: string; exclude?: boolean }[];

/** Where the page stood when a screencast frame was taken. `timestamp` is in seconds since the epoch. */
export interface ScreencastFrameMetadata {
  offsetTop: number;
  pageScaleFactor: number;
  deviceWidth: number;
  deviceHeight: number;
  scrollOffsetX: number;
  scrollOffsetY: number;
  timestamp?: number;
}

/** A JavaScript value or a reference to one. */
export interface RemoteObject {
  type: string;
  subtype?: string;
  value?: unknown;
  description?: string;
  objectId?: string;
}

/** What a script threw. */
export interface ExceptionDetails {
  text: string;
  exception?: RemoteObject;
}

interface EvaluateParams {
  expression: string;
  awaitPromise?: boolean;
  returnByValue?: boolean;
  userGesture?: boolean;
  contextId?: number;
}

interface ScreencastParams {
  format?: 'jpeg' | 'png';
  /** 0 to 100. */
  quality?: number;
  maxWidth?: number;
  maxHeight?: number;
  everyNthFrame?: number;
}

/** `windowState` must not stand beside sizes unless it is `normal`. */
interface WindowBounds {
  left?: number;
  top?: number;
  width?: number;
  height?: number;
  windowState?: 'normal' | 'minimized' | 'maximized' | 'fullscreen';
}

interface DeviceMetrics {
  width: number;
  height: number;
  /** 0 keeps the screen's own. */
  deviceScaleFactor: number;
  mobile: boolean;
}

/** Times of a request in milliseconds after `requestTime`, which is in seconds on the browser's monotonic clock; -1 where it did not happen. */
export interface ResourceTiming {
  requestTime: number;
  dnsStart: number;
  dnsEnd: number;
  connectStart: number;
  connectEnd: number;
  sslStart: number;
  sslEnd: number;
  sendStart: number;
  sendEnd: number;
  receiveHeadersEnd: number;
}

/** An answer as the Network domain tells of it. */
export interface NetworkResponse {
  url: string;
  status: number;
  statusText: string;
  headers: Record<string, string>;
  mimeType: string;
  protocol?: string;
  remoteIPAddress?: string;
  encodedDataLength: number;
  timing?: ResourceTiming;
}

/** A request that is sent. `timestamp` is on the browser's monotonic clock, `wallTime` since the epoch, both in seconds. */
export interface RequestWillBeSent {
  requestId: string;
  request: { url: string; method: string; headers: Record<string, string> };
  timestamp: number;
  wallTime: number;
  type?: string;
  /** The answer that led here. */
  redirectResponse?: NetworkResponse;
  redirectHasExtraInfo?: boolean;
}

/** Each command: its parameters and its answer. */
export interface CdpCommands {
  'Browser.close': { params: NoParams; result: Nothing };
  'Browser.getVersion': {
    params: NoParams;
    result: {
      protocolVersion: string;
      product: string;
      revision: string;
      userAgent: string;
      jsVersion: string;
    };
  };
  'Browser.getWindowForTarget': {
    params: { targetId?: string };
    result: { windowId: number; bounds: WindowBounds };
  };
  'Browser.setWindowBounds': {
    params: { windowId: number; bounds: WindowBounds };
    result: Nothing;
  };
  'Browser.setContentsSize': {
    params: { windowId: number; width?: number; height?: number };
    result: Nothing;
  };
  'Browser.setDownloadBehavior': {
    params: {
      behavior: 'deny' | 'allow' | 'allowAndName' | 'default';
      browserContextId?: string;
      downloadPath?: string;
      eventsEnabled?: boolean;
    };
    result: Nothing;
  };
  'Emulation.setDeviceMetricsOverride': { params: DeviceMetrics; result: Nothing };
  'Emulation.clearDeviceMetricsOverride': { params: NoParams; result: Nothing };
  'Emulation.setUserAgentOverride': {
    params: { userAgent: string; acceptLanguage?: string; platform?: string };
    result: Nothing;
  };
  /** `body` is base64. */
  'Fetch.enable': { params: { patterns?: { urlPattern?: string }[] }; result: Nothing };
  /** `body` is base64. */
  'Fetch.fulfillRequest': {
    params: {
      requestId: string;
      responseCode: number;
      responseHeaders?: { name: string; value: string }[];
      body?: string;
    };
    result: Nothing;
  };
  'Network.enable': {
    params: {
      maxTotalBufferSize?: number;
      maxResourceBufferSize?: number;
      maxPostDataSize?: number;
    };
    result: Nothing;
  };
  'Network.disable': { params: NoParams; result: Nothing };
  'Network.setExtraHTTPHeaders': { params: { headers: Record<string, string> }; result: Nothing };
  'Page.enable': { params: NoParams; result: Nothing };
  'Page.navigate': { params: { url: string }; result: { frameId: string; errorText?: string } };
  'Page.createIsolatedWorld': {
    params: { frameId: string; worldName?: string };
    result: { executionContextId: number };
  };
  'Page.bringToFront': { params: NoParams; result: Nothing };
  'Page.captureScreenshot': {
    params: { format?: 'jpeg' | 'png'; quality?: number; optimizeForSpeed?: boolean };
    result: { data: string };
  };
  'Page.startScreencast': { params: ScreencastParams; result: Nothing };
  'Page.stopScreencast': { params: NoParams; result: Nothing };
  'Page.screencastFrameAck': { params: { sessionId: number }; result: Nothing };
  'Runtime.enable': { params: NoParams; result: Nothing };
  'Runtime.evaluate': {
    params: EvaluateParams;
    result: { result: RemoteObject; exceptionDetails?: ExceptionDetails };
  };
  'Runtime.addBinding': { params: { name: string }; result: Nothing };
  'Runtime.runIfWaitingForDebugger': { params: NoParams; result: Nothing };
  'Storage.getCookies': { params: { browserContextId?: string }; result: { cookies: CdpCookie[] } };
  'Storage.setCookies': {
    params: { cookies: CdpCookieParam[]; browserContextId?: string };
    result: Nothing;
  };
  'Storage.clearCookies': { params: { browserContextId?: string }; result: Nothing };
  'Target.getTargets': { params: { filter?: TargetFilter }; result: { targetInfos: TargetInfo[] } };
  'Target.createTarget': {
    params: {
      url: string;
      width?: number;
      height?: number;
      browserContextId?: string;
      newWindow?: boolean;
      background?: boolean;
    };
    result: { targetId: string };
  };
  'Target.closeTarget': { params: { targetId: string }; result: { success: boolean } };
  'Target.getBrowserContexts': { params: NoParams; result: { browserContextIds: string[] } };
  'Target.createBrowserContext': {
    params: { disposeOnDetach?: boolean };
    result: { browserContextId: string };
  };
  'Target.disposeBrowserContext': { params: { browserContextId: string }; result: Nothing };
  'Target.attachToBrowserTarget': { params: NoParams; result: { sessionId: string } };
  'Target.attachToTarget': {
    params: { targetId: string; flatten: true };
    result: { sessionId: string };
  };
  'Target.detachFromTarget': { params: { sessionId: string }; result: Nothing };
  'Target.setDiscoverTargets': {
    params: { discover: boolean; filter?: TargetFilter };
    result: Nothing;
  };
  'Target.setAutoAttach': {
    params: {
      autoAttach: boolean;
      waitForDebuggerOnStart: boolean;
      flatten: true;
      filter?: TargetFilter;
    };
    result: Nothing;
  };
}

/** Each event: its parameters. */
export interface CdpEvents {
  'Fetch.requestPaused': { requestId: string; request: { url: string; method: string } };
  'Inspector.targetCrashed': Nothing;
  'Network.requestWillBeSent': RequestWillBeSent;
  'Network.requestWillBeSentExtraInfo': { requestId: string; headers: Record<string, string> };
  'Network.responseReceived': {
    requestId: string;
    type: string;
    response: NetworkResponse;
    hasExtraInfo?: boolean;
  };
  'Network.responseReceivedExtraInfo': {
    requestId: string;
    headers: Record<string, string>;
    statusCode: number;
  };
  'Network.dataReceived': { requestId: string; dataLength: number };
  'Network.loadingFinished': { requestId: string; timestamp: number; encodedDataLength: number };
  'Network.loadingFailed': {
    requestId: string;
    timestamp: number;
    errorText: string;
    canceled?: boolean;
  };
  'Network.webSocketCreated': { requestId: string; url: string };
  'Network.webSocketWillSendHandshakeRequest': {
    requestId: string;
    timestamp: number;
    wallTime: number;
    request: { headers: Record<string, string> };
  };
  'Network.webSocketHandshakeResponseReceived': {
    requestId: string;
    timestamp: number;
    response: { status: number; statusText: string; headers: Record<string, string> };
  };
  'Network.webSocketClosed': { requestId: string; timestamp: number };
  'Page.screencastFrame': { data: string; metadata: ScreencastFrameMetadata; sessionId: number };
  'Page.screencastVisibilityChanged': { visible: boolean };
  'Page.frameNavigated': { frame: { id: string; parentId?: string; url: string } };
  'Runtime.bindingCalled': { name: string; payload: string; executionContextId: number };
  'Runtime.consoleAPICalled': { type: string; args: RemoteObject[] };
  'Target.attachedToTarget': {
    sessionId: string;
    targetInfo: TargetInfo;
    waitingForDebugger: boolean;
  };
  'Target.detachedFromTarget': { sessionId: string; targetId?: string };
  'Target.targetCreated': { targetInfo: TargetInfo };
  'Target.targetInfoChanged': { targetInfo: TargetInfo };
  'Target.targetDestroyed': { targetId: string };
  'Target.targetCrashed': { targetId: string; status: string; errorCode: number };
}

export type CdpCommand = keyof CdpCommands;
export type CdpEvent = keyof CdpEvents;
/** The parameters of a command, as the arguments after its name: none, one that may be left out, or one. */
export type CdpArguments<C extends CdpCommand> = CdpCommands[C]['params'] extends undefined
  ? []
  : object extends CdpCommands[C]['params']
    ? [params?: CdpCommands[C]['params']]
    : [params: CdpCommands[C]['params']];
/** The answer to a command. */
export type CdpResult<C extends CdpCommand> = CdpCommands[C]['result'];
