/** The questions of a live page: whether to stop, and for the key. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { CallError, type Api } from '../api';
import { Dialog } from '../../ui/dialog';
import { KeyForm } from '../key-form';
import { Button } from '../../ui/parts';
import type { Live } from './use-live';

export type Question = 'stop' | 'key';

interface QuestionsProps {
  question: Question;
  live: Live;
  api: Api;
  onDone: () => void;
}

export function Questions(props: QuestionsProps): JSX.Element {
  return props.question === 'stop' ? <StopQuestion {...props} /> : <KeyQuestion {...props} />;
}

function StopQuestion({ live, api, onDone }: QuestionsProps): JSX.Element {
  const running = live.session.tests.find(({ outcome }) => outcome === 'running');
  const stop = (): void => {
    if (live.mayDrive) live.send({ kind: 'stop' });
    else api.stop().catch(() => {}); // the page still shows it as running
    onDone();
  };
  return (
    <Dialog title="Stop this session?" onClose={onDone}>
      <p>
        {running
          ? `Its browser is closed at once, and the test “${running.title}” fails.`
          : 'Its browser is closed at once, for all who use it.'}
      </p>
      <div class="actions">
        <Button label="Keep it running" onClick={onDone} />
        <Button icon="stop" label="Stop the session" look="danger-strong" onClick={stop} />
      </div>
    </Dialog>
  );
}

/** The link allows watching; only the key allows input. */
function KeyQuestion({ live, onDone }: QuestionsProps): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const ask = (key: string): void => {
    live.askToDrive(key).then(onDone, (error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <Dialog title="Take over" onClose={onDone}>
      <p>This link lets you watch. Mouse and keyboard need the key of the server.</p>
      <KeyForm problem={problem} submitLabel="Take over" onKey={ask} onCancel={onDone} />
    </Dialog>
  );
}

function problemOf(error: unknown): string {
  if (!(error instanceof CallError) || error.status === 0)
    return 'The server does not answer. Try again.';
  return error.isRefusal ? 'This is not the key of this server.' : error.message;
}
