/** The wall: all sessions of a server, live. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { countText } from '../../base/texts';
import type { Wall } from '../../contract/viewer';
import type { Api } from '../api';
import { useTitle } from '../../ui/hooks';
import { KeyForm } from '../key-form';
import { Announcement, Button, Filters, Notice, Search } from '../../ui/parts';
import { Brand } from '../parts';
import { Card } from './card';
import { FILTERS, filterWall, runsOf, type WallView } from './filter';
import { RunChoice } from './run-choice';
import { useWall } from './use-wall';
import { readView, writeView } from './view';

/** With more sessions, cards are small: forty fit on a screen. */
const MANY = 16;

export function WallPage({ api }: { api: Api }): JSX.Element {
  const { wall, problem, needsKey, load, setKey } = useWall(api);
  useTitle('Sessions');
  if (needsKey)
    return (
      <main class="page-notice">
        <Notice isPage icon="wall" title="Sessions">
          <p>The wall shows every session of this server. It needs the key of the server.</p>
          <KeyForm problem={problem} submitLabel="Show the sessions" onKey={setKey} />
        </Notice>
      </main>
    );
  return (
    <div class="wall">
      {wall ? (
        <Sessions
          wall={wall}
          problem={problem}
          onLoad={load}
          onLeave={api.hasPass ? undefined : () => setKey(null)}
        />
      ) : (
        <main class="page-notice" aria-busy="true">
          <p class="hint">{problem ?? 'Loading…'}</p>
        </main>
      )}
    </div>
  );
}

interface SessionsProps {
  wall: Wall;
  problem: string | undefined;
  onLoad: () => void;
  /** Undefined without a key: the link is the permission. */
  onLeave: (() => void) | undefined;
}

function Sessions({ wall, problem, onLoad, onLeave }: SessionsProps): JSX.Element {
  const [view, setView] = useState(readView);
  useEffect(() => writeView(view), [view]);
  const change = (part: Partial<WallView>): void => setView((now) => ({ ...now, ...part }));
  const shown = filterWall(wall.sessions, view);
  const running = filterWall(wall.sessions, { ...view, filter: 'running', search: '' }).length;
  return (
    <>
      <header class="bar">
        <Brand href={undefined} />
        <h1 class="bar-title">Sessions</h1>
        <span class="bar-fact" role="status">
          {running} running
        </span>
        <span class="bar-space" />
        {onLeave && <Button label="Forget the key" look="quiet" onClick={onLeave} />}
      </header>
      {problem !== undefined && (
        <div class="wall-problem" role="alert">
          <span>Connection lost. The sessions below may be outdated.</span>
          <Button label="Try now" look="quiet" onClick={onLoad} />
        </div>
      )}
      <Announcement text={`${countText(shown.length, 'session')} shown`} />
      <main class="wall-main">
        <Tools wall={wall} view={view} onChange={change} />
        {shown.length > 0 ? (
          <ul class={shown.length > MANY ? 'cards small' : 'cards'} aria-label="Sessions">
            {shown.map((session) => (
              <li key={session.id}>
                <Card session={session} nowMs={wall.nowMs} />
              </li>
            ))}
          </ul>
        ) : (
          <Empty wall={wall} view={view} onAllRuns={() => change({ run: undefined })} />
        )}
        {wall.left > 0 && (
          <p class="hint wall-left">{countText(wall.left, 'older session')} not shown.</p>
        )}
      </main>
    </>
  );
}

interface ToolsProps {
  wall: Wall;
  view: WallView;
  onChange: (part: Partial<WallView>) => void;
}

function Tools({ wall: { sessions }, view, onChange }: ToolsProps): JSX.Element {
  return (
    <div class="wall-tools">
      <Filters
        label="Which sessions"
        choices={FILTERS}
        chosen={view.filter}
        note={(filter) => filterWall(sessions, { ...view, filter, search: '' }).length}
        onChoose={(filter) => onChange({ filter })}
      />
      <RunChoice runs={runsOf(sessions)} chosen={view.run} onChoose={(run) => onChange({ run })} />
      <Search
        label="Search by test, page or id"
        placeholder="Test, page or id"
        value={view.search}
        onInput={(search) => onChange({ search })}
      />
    </div>
  );
}

interface EmptyProps {
  wall: Wall;
  view: WallView;
  onAllRuns: () => void;
}

function Empty({ wall: { sessions }, view: { run }, onAllRuns }: EmptyProps): JSX.Element {
  if (run !== undefined && !sessions.some((session) => session.run?.id === run))
    return (
      <Notice icon="wall" title="No sessions of this run">
        <p>A session appears here with the first test of the run. Old sessions are removed.</p>
        <div class="actions">
          <Button label="Show all runs" onClick={onAllRuns} />
        </div>
      </Notice>
    );
  return sessions.length > 0 ? (
    <Notice icon="search" title="No such session">
      <p class="hint">No session matches the filter and the search.</p>
    </Notice>
  ) : (
    <Notice icon="wall" title="No sessions yet">
      <p>Start a run, or a session by the API. It appears here.</p>
      <pre class="sample">npx playwright test</pre>
    </Notice>
  );
}
