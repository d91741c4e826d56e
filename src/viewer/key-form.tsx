/** The form for the key of the server. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

interface KeyFormProps {
  /** What is wrong with the previous key. */
  problem: string | undefined;
  submitLabel: string;
  onKey: (key: string) => void;
  onCancel?: () => void;
}

export function KeyForm({ problem, submitLabel, onKey, onCancel }: KeyFormProps): JSX.Element {
  const [key, setKey] = useState('');
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '') onKey(key.trim());
      }}
    >
      <label for="key">API key</label>
      <input
        id="key"
        type="password"
        autocomplete="current-password"
        spellcheck={false}
        value={key}
        aria-describedby="key-hint"
        aria-invalid={problem !== undefined}
        onInput={({ currentTarget }) => setKey(currentTarget.value)}
      />
      <p id="key-hint" class="hint">
        The key that the server was started with (<code>SESSIONWRIGHT_API_KEY</code>). It is kept
        for this tab only.
      </p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        {onCancel && (
          <button type="button" class="button plain" onClick={onCancel}>
            Cancel
          </button>
        )}
        <button type="submit" class="button primary">
          {submitLabel}
        </button>
      </div>
    </form>
  );
}
