/** The Chrome DevTools Protocol, as Chromium's own description of it tells. Types only: nothing of that package is loaded, or needed by users. */
import type { Protocol } from 'devtools-protocol';
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping';
import type { SkippedEvent } from './incoming-text';

/** Name of a command, such as `Target.createTarget`. */
export type CdpCommand = keyof ProtocolMapping.Commands;
/** Name of an event, such as `Target.targetCreated`, or of what stands in for an event that is too long. */
export type CdpEvent = keyof CdpEvents;
/** The parameters of a command, as the arguments after its name: none, one that may be left out, or one. */
export type CdpArguments<C extends CdpCommand> = ProtocolMapping.Commands[C]['paramsType'];
/** The answer to a command. */
export type CdpResult<C extends CdpCommand> = ProtocolMapping.Commands[C]['returnType'];
/** Each event: its parameters. */
export type CdpEvents = { [E in keyof ProtocolMapping.Events]: ProtocolMapping.Events[E][0] } & {
  'sessionwright.skipped': SkippedEvent;
};

export type TargetInfo = Protocol.Target.TargetInfo;
export type CdpCookie = Protocol.Network.Cookie;
export type CdpCookieParam = Protocol.Network.CookieParam;
/** What we look at of an answer, which the Network domain tells also in other events than that of the response. */
export type NetworkResponse = Pick<
  Protocol.Network.Response,
  | 'url'
  | 'status'
  | 'statusText'
  | 'headers'
  | 'mimeType'
  | 'protocol'
  | 'remoteIPAddress'
  | 'encodedDataLength'
  | 'timing'
>;
export type ResourceTiming = Protocol.Network.ResourceTiming;
export type RequestWillBeSent = Protocol.Network.RequestWillBeSentEvent;
