/** What happens in a session, as it happens: the newest at the end, in sight unless somebody reads further up. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ViewedEvent, ViewedSession, ViewedTest } from '../../contract/viewer';
import { EventFilters, EventLine, filterEvents, type EventFilter } from '../events';
import { clock } from '../format';
import { Button, Notice, OutcomeIcon } from '../ui/parts';

/** So near to its end, in pixels, a list counts as scrolled to it. */
const NEAR_PX = 40;
/** Tests that are listed: the one that runs and those just before. */
const SHOWN_TESTS = 4;

interface LiveEventsProps {
  events: readonly ViewedEvent[];
  session: ViewedSession;
}

export function LiveEvents({ events, session }: LiveEventsProps): JSX.Element {
  const [filter, setFilter] = useState<EventFilter>('all');
  const [follows, setFollows] = useState(true);
  const list = useRef<HTMLDivElement>(null);
  const shown = filterEvents(events, filter);
  const toEnd = (): void => {
    const { current } = list;
    if (current) current.scrollTop = current.scrollHeight;
  };
  useEffect(() => {
    if (follows) toEnd();
  }, [events, filter, follows]);
  return (
    <aside class="side" aria-label="What happens in the session">
      <LatestTests tests={session.tests} />
      <EventFilters events={events} filter={filter} onFilter={setFilter} />
      <div
        class="side-list"
        ref={list}
        tabIndex={0}
        role="region"
        aria-label="Events"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          setFollows(scrollHeight - scrollTop - clientHeight < NEAR_PX)
        }
      >
        {shown.length === 0 ? (
          <Notice icon="step" title="Nothing yet">
            <p class="hint">Steps, console messages and requests for pages and data appear here.</p>
          </Notice>
        ) : (
          <ol class="events">
            {shown.map((event, index) => (
              <li key={index} class={`event ${event.level}`}>
                <EventLine event={event} time={timeOf(event, session)} />
              </li>
            ))}
          </ol>
        )}
      </div>
      {!follows && (
        <div class="side-more">
          <Button label="Jump to the newest" look="primary" onClick={() => setFollows(true)} />
        </div>
      )}
    </aside>
  );
}

function LatestTests({ tests }: { tests: readonly ViewedTest[] }): JSX.Element | null {
  if (tests.length === 0) return null;
  return (
    <ol class="side-tests" aria-label="Tests">
      {tests.slice(-SHOWN_TESTS).map((test) => (
        <li key={test.startMs} class="side-test" title={test.title}>
          <OutcomeIcon outcome={test.outcome} />
          <span class="side-test-title">{test.title}</span>
        </li>
      ))}
    </ol>
  );
}

function timeOf({ atMs }: ViewedEvent, { createdMs }: ViewedSession): string {
  return atMs === null ? '' : clock(atMs - createdMs);
}
