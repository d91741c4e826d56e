/** Answers of the API, field by field: what must be there, what is taken for what is not, and what is refused. */
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { cookiesSetSchema } from '../../../src/contract/cookies';
import { debugInfoSchema } from '../../../src/contract/debug';
import { executionResultSchema } from '../../../src/contract/execution';
import { sessionListSchema } from '../../../src/contract/list';
import {
  harSchema,
  NETWORK_LOG_FORMAT,
  networkLogsSchema,
} from '../../../src/contract/network-logs';
import { observationSchema } from '../../../src/contract/observation';
import {
  profileCookiesSetSchema,
  profileListSchema,
  profileSchema,
} from '../../../src/contract/profiles';
import { REPLAY_STILL_ACTIVE, replaySchema } from '../../../src/contract/replay';
import { scrapedDataSchema } from '../../../src/contract/scrape';
import { fileListSchema, fileStoredSchema, fileUrlSchema } from '../../../src/contract/storage';
import { workflowCodeSchema } from '../../../src/contract/workflow-code';
import {
  fullSession,
  encodeNetworkLogs,
  encodeProfile,
  encodeProfileList,
  encodeReplay,
  encodeSession,
  encodeWorkflowCode,
} from './wire';

/** An answer that is complete, what it is read as, and what it may lack: `path: [where it is then read, as what]`. */
interface Answer {
  schema: z.ZodType;
  wire: object;
  read: object;
  needed: string[];
  optional?: Record<string, [name: string, missing: unknown]>;
}

const at = '2026-01-02T03:04:05.678Z';
const date = new Date(at);
const profile = {
  profile_id: 'notte-profile-1',
  name: 'a',
  created_at: at,
  updated_at: at,
  persisted_domains: ['a.test'],
};
const readProfile = {
  id: 'notte-profile-1',
  name: 'a',
  createdAt: date,
  updatedAt: date,
  persistedDomains: ['a.test'],
};
const session = JSON.parse(JSON.stringify(encodeSession(fullSession))) as object;

const ANSWERS: Record<string, Answer> = {
  'a profile': {
    schema: profileSchema,
    wire: profile,
    read: readProfile,
    needed: ['profile_id', 'created_at', 'updated_at'],
    optional: { name: ['name', null], persisted_domains: ['persistedDomains', []] },
  },
  'a page of profiles': {
    schema: profileListSchema,
    wire: { items: [profile], page: 1, page_size: 5, has_next: true, has_previous: true },
    read: { items: [readProfile], page: 1, pageSize: 5, hasNext: true, hasPrevious: true },
    needed: ['items', 'page', 'page_size', 'has_next'],
    optional: { has_previous: ['hasPrevious', false] },
  },
  'cookies of a profile': {
    schema: profileCookiesSetSchema,
    wire: { success: true, message: 'm', mode: 'append', cookies_count: 3 },
    read: { success: true, message: 'm', mode: 'append', count: 3 },
    needed: ['success', 'message'],
    optional: { cookies_count: ['count', null], mode: ['mode', null] },
  },
  cookies: {
    schema: cookiesSetSchema,
    wire: { success: true, message: 'm' },
    read: { success: true, message: 'm' },
    needed: ['success', 'message'],
  },
  'a page of sessions': {
    schema: sessionListSchema,
    wire: { items: [session], page: 2, page_size: 5, has_next: false, has_previous: false },
    read: { items: [fullSession], page: 2, pageSize: 5, hasNext: false, hasPrevious: false },
    needed: ['items', 'page', 'page_size', 'has_next'],
    optional: { has_previous: ['hasPrevious', true] },
  },
  'network logs': {
    schema: networkLogsSchema,
    wire: {
      session_id: 'a',
      total_batch_count: 1,
      format: 'har',
      batches: [{ key: 'k', size: 5, download_url: 'u', download_url_expires_in_seconds: 60 }],
    },
    read: {
      sessionId: 'a',
      totalBatchCount: 1,
      format: 'har',
      batches: [{ key: 'k', sizeBytes: 5, downloadUrl: 'u', downloadUrlExpiresInSeconds: 60 }],
    },
    needed: ['session_id', 'total_batch_count', 'batches', 'batches.0.key', 'batches.0.size'],
    optional: {
      format: ['format', null],
      'batches.0.download_url': ['batches.0.downloadUrl', null],
      'batches.0.download_url_expires_in_seconds': ['batches.0.downloadUrlExpiresInSeconds', null],
    },
  },
  'a HAR file': {
    schema: harSchema,
    wire: {
      log: {
        entries: [
          {
            startedDateTime: at,
            request: { method: 'GET', url: 'u', x: 1 },
            response: { status: 200, x: 1 },
            x: 1,
          },
        ],
      },
    },
    read: {
      log: {
        entries: [
          {
            startedDateTime: at,
            request: { method: 'GET', url: 'u', x: 1 },
            response: { status: 200, x: 1 },
            x: 1,
          },
        ],
      },
    },
    needed: [
      'log',
      'log.entries',
      'log.entries.0.startedDateTime',
      'log.entries.0.request',
      'log.entries.0.request.method',
      'log.entries.0.request.url',
      'log.entries.0.response',
      'log.entries.0.response.status',
    ],
  },
  files: {
    schema: fileListSchema,
    wire: { files: [{ name: 'a.txt', size: 3, file_ext: '.txt', updated_at: at }] },
    read: [{ name: 'a.txt', size: 3, extension: '.txt', updatedAt: date }],
    needed: ['files', 'files.0.name', 'files.0.size'],
    optional: {
      'files.0.file_ext': ['0.extension', ''],
      'files.0.updated_at': ['0.updatedAt', null],
    },
  },
  'an upload': {
    schema: fileStoredSchema,
    wire: { success: true },
    read: { success: true },
    needed: ['success'],
  },
  'the URL of a file': {
    schema: fileUrlSchema,
    wire: { url: 'http://a/b' },
    read: { url: 'http://a/b' },
    needed: ['url'],
  },
  'a replay': {
    schema: replaySchema,
    wire: {
      mp4_url: 'u',
      playlist_content: 'p',
      viewer_url: 'v',
      expires_at: at,
      video_start_ms: 1.5,
      video_duration_ms: 2,
    },
    read: {
      mp4Url: 'u',
      playlistContent: 'p',
      viewerUrl: 'v',
      expiresAt: date,
      videoStart: 1.5,
      videoDuration: 2,
    },
    needed: [],
    optional: {
      mp4_url: ['mp4Url', null],
      playlist_content: ['playlistContent', null],
      viewer_url: ['viewerUrl', null],
      expires_at: ['expiresAt', null],
      video_start_ms: ['videoStart', null],
      video_duration_ms: ['videoDuration', null],
    },
  },
  'debug information': {
    schema: debugInfoSchema,
    wire: {
      debug_url: 'd',
      ws: { cdp: 'c', recording: 'r', logs: 'l' },
      tabs: [{ metadata: { tab_id: 1, title: 't', url: 'u' }, debug_url: 'd', ws_url: 'w' }],
    },
    read: {
      debugUrl: 'd',
      ws: { cdp: 'c', recording: 'r', logs: 'l' },
      tabs: [{ tabId: 1, title: 't', url: 'u', debugUrl: 'd', wsUrl: 'w' }],
    },
    needed: [
      ...['debug_url', 'ws', 'ws.cdp', 'ws.recording', 'ws.logs', 'tabs', 'tabs.0.metadata'],
      ...['tabs.0.metadata.tab_id', 'tabs.0.metadata.title', 'tabs.0.metadata.url'],
      ...['tabs.0.debug_url', 'tabs.0.ws_url'],
    ],
  },
  'workflow code': {
    schema: workflowCodeSchema,
    wire: {
      python_script: 'p',
      json_actions: [{ type: 'goto', url: 'u' }],
    },
    read: { pythonScript: 'p', jsonActions: [{ type: 'goto', url: 'u' }] },
    needed: ['python_script', 'json_actions', 'json_actions.0.type'],
  },
  'the result of an action': {
    schema: executionResultSchema,
    wire: {
      action: { type: 'go_back' },
      success: true,
      message: 'm',
      data: { markdown: 'x' },
      exception: 'e',
      started_at: at,
      ended_at: at,
    },
    read: {
      action: { type: 'go_back' },
      success: true,
      message: 'm',
      data: { markdown: 'x', images: null, structured: null },
      exception: 'e',
      startedAt: date,
      endedAt: date,
    },
    needed: ['action', 'action.type', 'success', 'message', 'started_at', 'ended_at'],
    optional: { data: ['data', null], exception: ['exception', null] },
  },
  'a scraped page': {
    schema: scrapedDataSchema,
    wire: {
      markdown: 'm',
      images: [{ url: 'u', category: 'icon', description: 'd' }],
      structured: { success: false, error: 'e', data: [1] },
    },
    read: {
      markdown: 'm',
      images: [{ url: 'u', category: 'icon', description: 'd' }],
      structured: { success: false, error: 'e', data: [1] },
    },
    needed: ['markdown'],
    optional: {
      images: ['images', null],
      'images.0.url': ['images.0.url', null],
      'images.0.category': ['images.0.category', null],
      'images.0.description': ['images.0.description', null],
      structured: ['structured', null],
      'structured.success': ['structured.success', true],
      'structured.error': ['structured.error', null],
    },
  },
  'an observation': {
    schema: observationSchema,
    wire: {
      started_at: at,
      ended_at: at,
      metadata: {
        title: 't',
        url: 'u',
        timestamp: at,
        viewport: {
          scroll_x: 1,
          scroll_y: 2,
          viewport_width: 3,
          viewport_height: 4,
          total_width: 5,
          total_height: 6,
        },
        tabs: [{ tab_id: 0, title: 't', url: 'u' }],
      },
      screenshot: {
        raw: '/9j/',
        bboxes: [{ x: 1, y: 2, width: 3, height: 4, notte_id: 'B1' }],
        last_action_id: 'B1',
      },
      space: {
        description: 'd',
        category: 'item',
        interaction_actions: [
          {
            type: 'click',
            id: 'B1',
            description: 'Click',
            text_label: 'Buy',
            selector: { playwright_selector: 'p', css_selector: 'c', xpath_selector: 'x' },
          },
        ],
      },
    },
    read: {
      title: 't',
      url: 'u',
      timestamp: date,
      startedAt: date,
      endedAt: date,
      viewport: {
        scrollX: 1,
        scrollY: 2,
        viewportWidth: 3,
        viewportHeight: 4,
        totalWidth: 5,
        totalHeight: 6,
      },
      tabs: [{ tabId: 0, title: 't', url: 'u' }],
      description: 'd',
      category: 'item',
      elements: [
        {
          id: 'B1',
          role: 'button',
          name: 'Buy',
          action: 'click',
          description: 'Click',
          selector: 'p',
          selectors: {
            ...{ cssSelector: 'c', xpathSelector: 'x', playwrightSelector: 'p' },
            ...{ iframeParentCssSelectors: [], inIframe: false, inShadowRoot: false },
          },
          box: { x: 1, y: 2, width: 3, height: 4 },
        },
      ],
      screenshot: Buffer.from('/9j/', 'base64'),
      lastActionId: 'B1',
    },
    needed: [
      ...['started_at', 'ended_at', 'metadata', 'metadata.title', 'metadata.url', 'screenshot'],
      ...['metadata.viewport', 'metadata.tabs', 'metadata.tabs.0.tab_id', 'screenshot.raw'],
      ...['metadata.tabs.0.title', 'metadata.tabs.0.url', 'screenshot.bboxes.0.x'],
      ...['screenshot.bboxes.0.y', 'screenshot.bboxes.0.width', 'screenshot.bboxes.0.height'],
      ...['space', 'space.description', 'space.interaction_actions'],
      ...['space.interaction_actions.0.type', 'space.interaction_actions.0.id'],
    ],
    optional: {
      'metadata.timestamp': ['timestamp', null],
      'metadata.viewport.scroll_x': ['viewport.scrollX', 0],
      'metadata.viewport.scroll_y': ['viewport.scrollY', 0],
      'metadata.viewport.viewport_width': ['viewport.viewportWidth', 0],
      'metadata.viewport.viewport_height': ['viewport.viewportHeight', 0],
      'metadata.viewport.total_width': ['viewport.totalWidth', 0],
      'metadata.viewport.total_height': ['viewport.totalHeight', 0],
      'screenshot.bboxes': ['elements.0.box', null],
      'screenshot.bboxes.0.notte_id': ['elements.0.box', null],
      'screenshot.last_action_id': ['lastActionId', null],
      'space.category': ['category', null],
      'space.interaction_actions.0.description': ['elements.0.description', ''],
      'space.interaction_actions.0.text_label': ['elements.0.name', ''],
      'space.interaction_actions.0.selector': ['elements.0.selector', null],
      'space.interaction_actions.0.selector.playwright_selector': ['elements.0.selector', 'css=c'],
    },
  },
};

describe.each(Object.entries(ANSWERS))('%s', (_, { schema, wire, read, needed, optional = {} }) => {
  it('is read, whatever else the API has come to say', () => {
    expect(schema.parse(wire)).toEqual(read);
    expect(schema.parse({ ...wire, later_field: 1 })).toEqual(read);
  });

  it('is refused without what everybody sends, and with the wrong kind of it', () => {
    for (const path of needed)
      for (const value of [undefined, null, () => 'nothing that JSON has'])
        expect(schema.safeParse(changed(wire, path, value)).success, path).toBe(false);
  });

  it('is read without the rest, and refused with the wrong kind of it', () => {
    for (const [path, [name, missing]] of Object.entries(optional)) {
      for (const value of [undefined, null])
        expect(schema.parse(changed(wire, path, value)), path).toHaveProperty(name, missing);
      const wrong = schema.safeParse(changed(wire, path, () => 'nothing that JSON has'));
      expect(wrong.success, path).toBe(false);
    }
  });
});

describe('what our server writes', () => {
  it('is read by everybody', () => {
    expect(encodeProfile(readProfile)).toEqual(profile);
    expect(
      encodeProfileList({
        items: [readProfile],
        page: 2,
        pageSize: 5,
        hasNext: false,
        hasPrevious: true,
      }),
    ).toEqual({ items: [profile], page: 2, page_size: 5, has_next: false, has_previous: true });
    expect(
      encodeReplay({
        mp4Url: null,
        playlistContent: 'p',
        viewerUrl: 'v',
        expiresAt: date,
        videoStart: 1.6,
        videoDuration: null,
      }),
    ).toEqual({
      mp4_url: null,
      playlist_content: 'p',
      viewer_url: 'v',
      expires_at: at,
      video_start_ms: 2,
      video_duration_ms: null,
    });
    expect(
      encodeReplay({
        ...{ mp4Url: 'u', playlistContent: null, viewerUrl: null, expiresAt: date },
        ...{ videoStart: null, videoDuration: 2.4 },
      }),
    ).toMatchObject({ video_start_ms: null, video_duration_ms: 2 });
    expect(REPLAY_STILL_ACTIVE).toBe('still active'); // what clients look for
    const code = { pythonScript: 'p', jsonActions: [{ type: 'goto' }] };
    expect(encodeWorkflowCode(code)).toEqual({
      python_script: 'p',
      json_actions: [{ type: 'goto' }],
    });
    expect(NETWORK_LOG_FORMAT).toBe('har');
    const batch = { key: 'k', sizeBytes: 5, downloadUrl: null, downloadUrlExpiresInSeconds: null };
    const logs = { sessionId: 'a', totalBatchCount: 2, format: 'har', batches: [batch] };
    expect(encodeNetworkLogs(logs)).toEqual({
      session_id: 'a',
      total_batch_count: 2,
      format: 'har',
      batches: [{ key: 'k', size: 5 }],
    });
    const linked = { ...batch, downloadUrl: 'u', downloadUrlExpiresInSeconds: 60 };
    expect(encodeNetworkLogs({ ...logs, batches: [linked] }).batches).toEqual([
      { key: 'k', size: 5, download_url: 'u', download_url_expires_in_seconds: 60 },
    ]);
  });

  it('is never an URL that is empty', () => {
    expect(fileUrlSchema.safeParse({ url: '' }).success).toBe(false);
  });

  it('has a page before it when it is not the first', () => {
    const page = { items: [], page_size: 5, has_next: false };
    for (const schema of [profileListSchema, sessionListSchema]) {
      expect(schema.parse({ ...page, page: 1 })).toMatchObject({ hasPrevious: false });
      expect(schema.parse({ ...page, page: 2 })).toMatchObject({ hasPrevious: true });
    }
  });
});

/** A copy of the answer with another value at a place. */
function changed(wire: object, path: string, value: unknown): object {
  const copy = structuredClone(wire) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce((it, name) => it[name] as Record<string, unknown>, copy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}
