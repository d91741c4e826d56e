/** A session that is driven by the execute call, over plain HTTP. */
import { expect } from 'vitest';
import type { ApiAnswer, TestApi } from './api';

/** The answer of an execute call. */
export interface Executed {
  action: Record<string, unknown>;
  success: boolean;
  message: string;
  data: { markdown: string } | null;
  exception: string | null;
  started_at: string;
  ended_at: string;
}

/** A started session and its calls. */
export interface DrivenSession {
  id: string;
  cdpUrl: string;
  /** The raw answer to an action. */
  post(action: unknown): Promise<ApiAnswer>;
  /** The result of an action that is well-formed. */
  execute(action: object): Promise<Executed>;
  /** The result of an action that succeeds. */
  succeed(action: object): Promise<Executed>;
  /** What an expression is in the current page, as markdown. */
  look(code: string): Promise<string | undefined>;
  stop(): Promise<ApiAnswer>;
}

/** Starts a session. */
export async function startDriven(api: TestApi, body: object = {}): Promise<DrivenSession> {
  const started = await api.call('POST', '/sessions/start', { body });
  expect(started).toMatchObject({ status: 200 });
  const id = started.body['session_id'] as string;
  const post = (action: unknown): Promise<ApiAnswer> =>
    api.call('POST', `/sessions/${id}/page/execute`, { body: action });
  const execute = async (action: object): Promise<Executed> => {
    const answer = await post(action);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        started_at: expect.stringMatching(/Z$/) as unknown,
        ended_at: expect.stringMatching(/Z$/) as unknown,
      },
    });
    return answer.body as unknown as Executed;
  };
  const succeed = async (action: object): Promise<Executed> => {
    const result = await execute(action);
    expect(result, result.message).toMatchObject({ success: true, exception: null });
    return result;
  };
  return {
    id,
    cdpUrl: started.body['cdp_url'] as string,
    post,
    execute,
    succeed,
    look: async (code) => (await succeed({ type: 'evaluate_js', code })).data?.markdown,
    stop: () => api.call('DELETE', `/sessions/${id}/stop`),
  };
}
