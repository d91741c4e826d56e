/**
 * Our answers have the shapes that the cloud describes, and each field that its client may send is known here. Its types, made from the
 * cloud's OpenAPI description, say both: it is the compiler that fails.
 */
import type * as cloud from 'notte-sdk';
import { expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import type { actionSchemas } from '../../../src/contract/action-schemas';
import type { fromPlaywrightCookie } from '../../../src/contract/cookies';
import type { debugInfoSchema } from '../../../src/contract/debug';
import type { executionResultSchema } from '../../../src/contract/execution';
import type { sessionListSchema } from '../../../src/contract/list';
import type { networkLogsSchema } from '../../../src/contract/network-logs';
import type {
  observationSchema,
  observeRequestSchema,
  PageCategory,
} from '../../../src/contract/observation';
import type { encodeSpace } from '../../../src/contract/observed-space';
import type { profileSchema, profileListSchema } from '../../../src/contract/profiles';
import type { replaySchema } from '../../../src/contract/replay';
import type { scrapedDataSchema, scrapeRequestSchema } from '../../../src/contract/scrape';
import type { sessionSchema } from '../../../src/contract/session';
import type { startRequestSchema } from '../../../src/contract/start';
import type { fileListSchema } from '../../../src/contract/storage';
import type { workflowCodeSchema } from '../../../src/contract/workflow-code';

type Actions = typeof actionSchemas;
type FieldsOf<T extends keyof Actions> = keyof z.input<Actions[T]>;
/** Fields that are compared no further. */
type Loosely<T, Names extends keyof T> = Omit<T, Names> & Record<Names, unknown>;
type Session = Loosely<cloud.SessionResponse, 'browser_type' | 'steps'>;
/** The picture travels as base64. */
type Observation = Omit<cloud.Observation, 'screenshot' | 'space'> & {
  screenshot: Loosely<cloud.Screenshot, 'raw'>;
};

test('answers have every field that the cloud requires, and none that it has otherwise', () => {
  expectTypeOf<z.input<typeof sessionSchema>>().toExtend<Session>();
  expectTypeOf<z.input<typeof sessionListSchema>>().toExtend<
    Omit<cloud.PaginatedResponseSessionResponse, 'items'> & { items: Session[] }
  >();
  expectTypeOf<z.input<typeof debugInfoSchema>>().toExtend<cloud.SessionDebugResponse>();
  expectTypeOf<z.input<typeof replaySchema>>().toExtend<cloud.ReplayResponse>();
  expectTypeOf<z.input<typeof networkLogsSchema>>().toExtend<cloud.NetworkLogsResponse>();
  expectTypeOf<z.input<typeof workflowCodeSchema>>().toExtend<cloud.AgentFunctionCodeResponse>();
  expectTypeOf<ReturnType<typeof fromPlaywrightCookie>>().toExtend<cloud.Cookie>();
  expectTypeOf<z.input<typeof profileSchema>>().toExtend<cloud.ProfileResponse>();
  expectTypeOf<
    z.input<typeof profileListSchema>
  >().toExtend<cloud.PaginatedResponseProfileResponse>();
  expectTypeOf<z.input<typeof fileListSchema>>().toExtend<cloud.ListFilesResponse>();
  expectTypeOf<z.input<typeof scrapedDataSchema>>().toExtend<Omit<cloud.DataSpace, 'structured'>>();
  expectTypeOf<z.input<typeof executionResultSchema>>().toExtend<
    Loosely<cloud.ApiExecutionResponseWritable, 'action' | 'data'>
  >();
  expectTypeOf<z.input<typeof observationSchema>>().toExtend<Observation>();
  expectTypeOf<ReturnType<typeof encodeSpace<PageCategory>>>().toExtend<
    cloud.Observation['space']
  >();
  expectTypeOf<
    z.input<typeof observationSchema>['screenshot']['bboxes'][number]
  >().toExtend<cloud.BoundingBox>();
});

test('each field that its client may send is known', () => {
  expectTypeOf<keyof cloud.ApiSessionStartRequest>().toExtend<
    keyof z.input<typeof startRequestSchema>
  >();
  expectTypeOf<keyof cloud.ObserveRequest>().toExtend<keyof z.input<typeof observeRequestSchema>>();
  expectTypeOf<keyof cloud.ScrapeRequest>().toExtend<keyof z.input<typeof scrapeRequestSchema>>();
  expectTypeOf<keyof cloud.GlobalScrapeRequest>().toExtend<
    keyof z.input<typeof startRequestSchema> | keyof z.input<typeof scrapeRequestSchema>
  >();
  expectTypeOf<keyof cloud.ClickActionInput>().toExtend<FieldsOf<'click'>>();
  expectTypeOf<keyof cloud.FillActionInput>().toExtend<FieldsOf<'fill'>>();
  expectTypeOf<keyof cloud.MultiFactorFillActionInput>().toExtend<FieldsOf<'multi_factor_fill'>>();
  expectTypeOf<keyof cloud.FallbackFillActionInput>().toExtend<FieldsOf<'fallback_fill'>>();
  expectTypeOf<keyof cloud.CheckActionInput>().toExtend<FieldsOf<'check'>>();
  expectTypeOf<keyof cloud.SelectDropdownOptionActionInput>().toExtend<
    FieldsOf<'select_dropdown_option'>
  >();
  expectTypeOf<keyof cloud.UploadFileActionInput>().toExtend<FieldsOf<'upload_file'>>();
  expectTypeOf<keyof cloud.DownloadFileActionInput>().toExtend<FieldsOf<'download_file'>>();
  expectTypeOf<keyof cloud.FormFillAction>().toExtend<FieldsOf<'form_fill'>>();
  expectTypeOf<keyof cloud.GotoAction>().toExtend<FieldsOf<'goto'>>();
  expectTypeOf<keyof cloud.GotoNewTabAction>().toExtend<FieldsOf<'goto_new_tab'>>();
  expectTypeOf<keyof cloud.CloseTabAction>().toExtend<FieldsOf<'close_tab'>>();
  expectTypeOf<keyof cloud.SwitchTabAction>().toExtend<FieldsOf<'switch_tab'>>();
  expectTypeOf<keyof cloud.GoBackAction>().toExtend<FieldsOf<'go_back'>>();
  expectTypeOf<keyof cloud.WaitAction>().toExtend<FieldsOf<'wait'>>();
  expectTypeOf<keyof cloud.PressKeyAction>().toExtend<FieldsOf<'press_key'>>();
  expectTypeOf<keyof cloud.ScrollDownAction>().toExtend<FieldsOf<'scroll_down'>>();
  expectTypeOf<keyof cloud.CaptchaSolveAction>().toExtend<FieldsOf<'captcha_solve'>>();
  expectTypeOf<keyof cloud.HelpAction>().toExtend<FieldsOf<'help'>>();
  expectTypeOf<keyof cloud.CompletionAction>().toExtend<FieldsOf<'completion'>>();
  expectTypeOf<keyof cloud.ScrapeAction>().toExtend<FieldsOf<'scrape'>>();
  expectTypeOf<keyof cloud.EvaluateJsAction>().toExtend<FieldsOf<'evaluate_js'>>();
  expectTypeOf<keyof cloud.EmailReadAction>().toExtend<FieldsOf<'email_read'>>();
  expectTypeOf<keyof cloud.SmsReadAction>().toExtend<FieldsOf<'sms_read'>>();
});
