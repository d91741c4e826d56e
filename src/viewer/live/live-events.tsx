/** The events of a running session. The list stays at its end unless the user scrolls up. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ViewedEvent, ViewedSession, ViewedTest } from '../../contract/viewer';
import { EventFilters, EventLine, filterEvents, type EventFilter } from '../../ui/event-line';
import { clock } from '../../ui/format';
import { Button, Notice, OutcomeIcon, TestTitle } from '../../ui/parts';

/** A list this close to its end, in pixels, counts as scrolled to the end. */
const NEAR_PX = 40;
/** Tests above the list: the current one and those before it. */
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
  const lastTop = useRef(0);
  useLayoutEffect(() => {
    const { current } = list;
    if (current && follows) current.scrollTop = current.scrollHeight;
  }, [events, filter, follows]);
  return (
    <aside class="event-panel" aria-label="What happens in the session">
      <LatestTests tests={session.tests} />
      <EventFilters events={events} filter={filter} onFilter={setFilter} />
      <div
        class="event-list"
        ref={list}
        tabIndex={0}
        role="group"
        aria-label="Events"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
          const isUp = scrollTop < lastTop.current; // new events move the end, only the user scrolls up
          setFollows((followed) => isAtEnd || (followed && !isUp));
          lastTop.current = scrollTop;
        }}
      >
        {shown.length === 0 ? (
          <Notice icon="step" title="Nothing yet">
            <p class="hint">Steps, console messages and requests for pages and data appear here.</p>
          </Notice>
        ) : (
          <ol>
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
          <TestTitle class="side-test-title" text={test.title} />
        </li>
      ))}
    </ol>
  );
}

function timeOf({ atMs }: ViewedEvent, { createdMs }: ViewedSession): string {
  return atMs === null ? '' : clock(atMs - createdMs);
}
