/** Starts the run page: reads the data that stands in it. */
import { render } from 'preact';
import type { RunData } from '../run/data';
import { App } from './app';
import { toRun } from './model';

const data = document.getElementById('run')?.textContent ?? '';
const place = document.getElementById('app');
if (place) render(<App run={toRun(JSON.parse(data) as RunData)} />, place);
